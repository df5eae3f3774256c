import type { ExitReport } from "../../../shared/schema/exit-report.ts";
import type { RunExits } from "../../../shared/schema/run-exits.ts";
import { wallTime } from "../../../shared/telemetry/wall-time.ts";
import { timeParts } from "./time-parts.ts";

/** A stretch of a run: where its time went, by category of exits and by part of the time. */
export interface Interval {
  /** Nanoseconds of the run's own time at its ends. */
  readonly from: number;
  readonly to: number;
  /** Retired instructions at its ends. */
  readonly fromInstruction: number;
  readonly toInstruction: number;
  /** Nanoseconds by name; what took none is left out. */
  readonly times: ReadonlyMap<string, number>;
}

/** What is known of a run's past: intervals that meet each other, and the report that they end at. */
export interface History {
  readonly epoch: number;
  readonly intervals: readonly Interval[];
  readonly last: ExitReport;
}

/** Two reports that are closer together tell nothing. */
const shortest = 1e6;
/** A page that stays open keeps so many; what is older is joined in pairs. */
const most = 600;

/**
 * The next report of a run. The first one gives the steps that are decided and the time since; from
 * then on an interval is what has come to the sums between two reports. Sums that have become smaller
 * are those of a run that began anew, and so does the history.
 */
export function extendHistory(history: History | undefined, run: RunExits): History {
  if (history === undefined || wallTime(run.total.time) < wallTime(history.last.time)) {
    return { epoch: run.epoch, intervals: intervalsOfSteps(run), last: run.total };
  }
  const isOver = run.state === "ended";
  const passed = wallTime(run.total.time) - wallTime(history.last.time);
  if (passed < (isOver ? 1 : shortest)) return history;
  const interval = between(history.last, run.total);
  return {
    epoch: run.epoch,
    intervals: bounded([...history.intervals, interval]),
    last: run.total,
  };
}

function intervalsOfSteps({ steps, total }: RunExits): Interval[] {
  const intervals: Interval[] = [];
  let at = 0;
  let atInstruction = 0;
  for (const { report } of steps) {
    const length = wallTime(report.time);
    const to = atInstruction + report.instructions;
    if (length >= 1) {
      intervals.push({
        from: at,
        to: at + length,
        fromInstruction: atInstruction,
        toInstruction: to,
        times: new Map(timesOf(report)),
      });
    }
    at += length;
    atInstruction = to;
  }
  const rest = wallTime(total.time) - at;
  if (rest < 1) return intervals;
  const known = intervals.map(({ times }) => times);
  const times = timesOf(total).map(([name, time]): [string, number] => [
    name,
    time - known.reduce((sum, each) => sum + (each.get(name) ?? 0), 0),
  ]);
  return [
    ...intervals,
    {
      ...{ from: at, to: at + rest, fromInstruction: atInstruction },
      toInstruction: total.instructions,
      times: new Map(times.filter(([, time]) => time > 0)),
    },
  ];
}

function between(before: ExitReport, after: ExitReport): Interval {
  const earlier = new Map(timesOf(before));
  const times = timesOf(after).map(([name, time]): [string, number] => [
    name,
    time - (earlier.get(name) ?? 0),
  ]);
  return {
    from: wallTime(before.time),
    to: wallTime(after.time),
    fromInstruction: before.instructions,
    toInstruction: after.instructions,
    // Totals are estimates, and one may become smaller by a little.
    times: new Map(times.filter(([, time]) => time > 0)),
  };
}

function timesOf({ rows, time }: ExitReport): [string, number][] {
  const named: [string, number][] = [
    ...timeParts.map((part): [string, number] => [part, time[part]]),
    ...rows.map(({ category, time: spent }): [string, number] => [category, spent?.total ?? 0]),
  ];
  return named.filter(([, spent]) => spent > 0);
}

function bounded(intervals: readonly Interval[]): readonly Interval[] {
  if (intervals.length <= most) return intervals;
  const joined: Interval[] = [];
  for (let index = 0; index < intervals.length; index += 2) {
    const [first, second] = intervals.slice(index, index + 2);
    if (first) joined.push(second ? join(first, second) : first);
  }
  return joined;
}

function join(first: Interval, second: Interval): Interval {
  const times = new Map(first.times);
  for (const [name, time] of second.times) times.set(name, (times.get(name) ?? 0) + time);
  const { to, toInstruction } = second;
  return { ...first, to, toInstruction, times };
}

import type { ExitGauges, ExitReport } from "../../../shared/schema/exit-report.ts";
import {
  addExitTimes,
  type ConsoleScript,
  type ExitTimes,
  exitCategories,
  type LogHistogramState,
  type Machine,
  type Milliseconds,
  monitorExits,
  type Nanoseconds,
  noExitTimes,
  type StepMark,
} from "../../vmm/mod.ts";
import { exitReportOf } from "../exit-report-of.ts";
import { partsBetween } from "../parts-between.ts";
import { type Spending, TimeAccount } from "../time-account.ts";
import type { LedgerState, Stretch } from "./run-ledger-state.ts";

export interface LedgerClock {
  /** Monotonic; also what exits are timed with. */
  readonly now: () => Nanoseconds;
  /** Unix milliseconds. */
  readonly date: () => Milliseconds;
}

/** What is known of a run so far: in all, and of each step that is decided. */
export interface RunAccount {
  readonly total: ExitReport;
  readonly steps: readonly { readonly atInstruction: number; readonly report: ExitReport }[];
}

type Spent = Readonly<Record<Spending, Nanoseconds>>;
type LedgerMachine = Pick<Machine, "retired" | "exitCounts" | "exitParts" | "takeExitTimes">;
type LedgerScript = Pick<ConsoleScript, "marks" | "reports">;

const nothing: Spent = { running: 0, idle: 0, waiting: 0, paused: 0, driver: 0 };
const noStretch: Stretch = { times: noExitTimes, spent: nothing, own: {} };
/** Steps beyond these, and parts of all, keep their histograms by octaves: they travel with the run. */
const fineSteps = 16;
const bucketsOfOctave = 16;
const none: StepMark = { exits: {}, parts: {} };

/**
 * What a run was counted and timed for, by the steps of its rubric. What its guest did stands in the
 * script's marks and is the same in every run; host times are added up here, and travel with the run.
 *
 * All of the time from its beginning to its end is accounted for, also while it was between two workers
 * or one that had it was lost: then it was paused.
 */
export class RunLedger {
  readonly #clock: LedgerClock;
  readonly #account: TimeAccount;
  readonly #steps: Stretch[] = [];
  readonly #reports: ExitReport[] = [];
  /** Of the steps that are decided, together. */
  #closed: Stretch = noStretch;
  #open: Stretch = noStretch;
  /** What the account said when `#open` was brought up to date. */
  #seen: Spent = nothing;

  constructor(clock: LedgerClock) {
    this.#clock = clock;
    this.#account = new TimeAccount(clock.now);
  }

  /** The run begins here, and some of its time is over. @param at Unix milliseconds at which it was ready */
  begin({ preparing, at }: { readonly preparing: Milliseconds; readonly at: Milliseconds }): void {
    const driver = preparing * 1e6;
    const waiting = Math.max(0, this.#clock.date() - at) * 1e6;
    const { spent, ...rest } = this.#open;
    this.#open = { ...rest, spent: added(spent, { ...nothing, driver, waiting }) };
  }

  /** @returns what its time was spent on so far */
  spendOn(what: Spending): Spending {
    return this.#account.spendOn(what);
  }

  /** The run is here, and was elsewhere before. */
  takeUp({ steps, open, at }: LedgerState): void {
    // What has passed here so far has passed since it was saved, too.
    this.#seen = this.#account.spent();
    const between = Math.max(0, this.#clock.date() - at) * 1e6;
    const spent = added(open.spent, { ...nothing, paused: between });
    try {
      const closed = steps.reduce(joined, noStretch);
      // Of times that make no sense nothing is taken up.
      joined(closed, open);
      this.#steps.push(...steps);
      this.#closed = closed;
      this.#open = { ...open, spent };
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#open = { ...noStretch, spent };
    }
  }

  /** A step is decided, at this instant. @param index of the step */
  decided(index: number, machine: LedgerMachine): void {
    const { times, ...rest } = this.#update(machine);
    while (this.#steps.length < index) this.#steps.push(noStretch);
    const { byPart = {} } = times;
    const kept = {
      ...(index < fineSteps ? times : byOctaves(times)),
      byPart: mapped(byPart, (names) => mapped(names, inOctaves)),
    };
    this.#steps.push({ ...rest, times: kept });
    this.#closed = joined(this.#closed, { ...rest, times });
    this.#open = noStretch;
  }

  save(machine: LedgerMachine): LedgerState {
    const open = this.#update(machine);
    return { steps: [...this.#steps], open, at: this.#clock.date() };
  }

  /** @param machine absent where the run has none yet, or no more */
  report(machine: LedgerMachine, script: LedgerScript, gauges?: ExitGauges): RunAccount {
    const open = this.#update(machine);
    const { times, spent } = joined(this.#closed, open);
    const total = exitReportOf({
      ...{ instructions: machine.retired, times, spent, origin: 0, gauges },
      ...{ counts: machine.exitCounts(), parts: machine.exitParts() },
    });
    const { marks, reports } = script;
    const steps = marks.map((_, index) => {
      this.#reports[index] ??= this.#reportOf(index, script);
      const report = this.#reports[index] as ExitReport;
      return { atInstruction: reports[index]?.atInstruction ?? 0, report };
    });
    return { total, steps };
  }

  /** Brings what is open up to date. */
  #update(machine: LedgerMachine): Stretch {
    const { times, spent } = this.#open;
    const account = this.#account.spent();
    const taken = this.#dated(machine.takeExitTimes());
    const counts = machine.exitCounts();
    const own = monitorExits.flatMap((name) => {
      const count = (counts[name] ?? 0) - (this.#closed.own[name] ?? 0);
      return count > 0 ? [[name, count] as const] : [];
    });
    this.#open = {
      times: addExitTimes(times, taken),
      spent: added(spent, difference(account, this.#seen)),
      own: Object.fromEntries(own),
    };
    this.#seen = account;
    return this.#open;
  }

  /** Single exits with the date at which they were, for another host's clock begins elsewhere. */
  #dated(times: ExitTimes): ExitTimes {
    const origin = this.#clock.date() * 1e6 - this.#clock.now();
    return { ...times, slowest: times.slowest.map((exit) => ({ ...exit, at: exit.at + origin })) };
  }

  #reportOf(index: number, { marks, reports }: LedgerScript): ExitReport {
    const mark = marks[index] ?? none;
    const before = marks[index - 1] ?? none;
    const { times, spent, own } = this.#steps[index] ?? noStretch;
    const at = (step: number) => reports[step]?.atInstruction ?? 0;
    const counts = exitCategories.map((name) => {
      const guest = (mark.exits[name] ?? 0) - (before.exits[name] ?? 0);
      return [name, guest + (own[name] ?? 0)] as const;
    });
    return exitReportOf({
      instructions: at(index) - (index === 0 ? 0 : at(index - 1)),
      counts: Object.fromEntries(counts),
      parts: partsBetween(before.parts, mark.parts),
      ...{ times, spent, origin: 0 },
    });
  }
}

function added(a: Spent, b: Spent): Spent {
  const sums = Object.entries(a).map(([what, time]) => [what, time + b[what as Spending]]);
  return Object.fromEntries(sums) as Spent;
}

function difference(after: Spent, before: Spent): Spent {
  const rest = Object.entries(after).map(([what, time]) => [what, time - before[what as Spending]]);
  return Object.fromEntries(rest) as Spent;
}

/** @throws RangeError for times that are none */
function joined(a: Stretch, b: Stretch): Stretch {
  const names = [...Object.keys(a.own), ...Object.keys(b.own)];
  const own = names.map((name) => [name, (a.own[name] ?? 0) + (b.own[name] ?? 0)] as const);
  return {
    times: addExitTimes(a.times, b.times),
    spent: added(a.spent, b.spent),
    own: Object.fromEntries(own),
  };
}

/** The same with buckets of an octave. */
function byOctaves(times: ExitTimes): ExitTimes {
  return { ...times, byCategory: mapped(times.byCategory, inOctaves) };
}

function inOctaves(state: LogHistogramState): LogHistogramState {
  const sums = new Map<number, number>();
  for (const [bucket, count] of state.counts) {
    const middle = bucket - (bucket % bucketsOfOctave) + bucketsOfOctave / 2;
    sums.set(middle, (sums.get(middle) ?? 0) + count);
  }
  return { ...state, counts: [...sums] };
}

function mapped<T, U>(
  record: Readonly<Partial<Record<string, T>>>,
  change: (value: T) => U,
): Record<string, U> {
  const entries = Object.entries(record).map(([name, value]) => [name, change(value as T)]);
  return Object.fromEntries(entries);
}

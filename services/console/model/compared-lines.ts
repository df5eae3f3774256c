import type { ExitReport, ExitRow } from "../../../shared/schema/exit-report.ts";
import { byTime } from "../../../shared/telemetry/by-time.ts";
import { formatDuration } from "../../../shared/telemetry/format-duration.ts";
import { wallTime } from "../../../shared/telemetry/wall-time.ts";

export interface ComparedLine {
  readonly name: string;
  /** Count and time of each run; empty where there was none. */
  readonly counts: readonly [string, string];
  readonly times: readonly [string, string];
  /** How many times as much the second run has: "×2.0"; empty where one of them has none. */
  readonly countRatio: string;
  readonly timeRatio: string;
}

/** The exits of two runs beside each other; what takes most time in either comes first. */
export function comparedLines(first: ExitReport, second: ExitReport): readonly ComparedLine[] {
  const rowsOf = (report: ExitReport) => new Map(report.rows.map((row) => [row.category, row]));
  const [a, b] = [rowsOf(first), rowsOf(second)];
  const rows = [...first.rows, ...second.rows].filter(
    ({ count, time }) => count > 0 || (time?.total ?? 0) > 0,
  );
  return [...new Set(rows.sort(byTime).map(({ category }) => category))].map((name) =>
    lineOf(name, a.get(name), b.get(name)),
  );
}

/** What the table ends with: both runs as a whole, without what neither has. */
export function comparedSums(first: ExitReport, second: ExitReport): readonly ComparedLine[] {
  const exits = ({ rows }: ExitReport) => rows.reduce((sum, { count }) => sum + count, 0);
  const rate = (report: ExitReport) => (exits(report) / Math.max(1, report.instructions)) * 1e6;
  const sum = (
    name: string,
    countOf: (report: ExitReport) => number | undefined,
    timeOf: (report: ExitReport) => number | undefined,
  ) => line(name, [countOf(first), countOf(second)], [timeOf(first), timeOf(second)]);
  const lines = [
    sum("all exits", exits, ({ time }) => time.monitor),
    sum("exits per million instructions", rate, () => undefined),
    sum(
      "instructions, and the run's time",
      ({ instructions }) => instructions,
      ({ time }) => wallTime(time),
    ),
    sum(
      "idle",
      () => undefined,
      ({ time }) => time.idle,
    ),
  ];
  return lines.filter(({ counts, times }) => [...counts, ...times].some((text) => text !== ""));
}

function lineOf(name: string, a: ExitRow | undefined, b: ExitRow | undefined): ComparedLine {
  return line(name, [a?.count, b?.count], [a?.time?.total, b?.time?.total]);
}

type Pair<T> = readonly [T, T];

function line(
  name: string,
  counts: Pair<number | undefined>,
  times: Pair<number | undefined>,
): ComparedLine {
  const both = <T>([a, b]: Pair<T>, text: (value: T) => string): [string, string] => [
    text(a),
    text(b),
  ];
  return {
    name,
    counts: both(counts, (value) => (value ? Math.round(value).toLocaleString("en") : "")),
    times: both(times, (value) => (value ? formatDuration(value) : "")),
    countRatio: ratio(counts),
    timeRatio: ratio(times),
  };
}

function ratio([a, b]: Pair<number | undefined>): string {
  if (!a || !b) return "";
  const times = b / a;
  return `×${times.toFixed(times < 0.095 ? 3 : times < 9.95 ? 2 : 0)}`;
}

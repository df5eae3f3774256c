import type { ExitPart, ExitReport, ExitRow } from "../../../shared/schema/exit-report.ts";
import { byTime } from "../../../shared/telemetry/by-time.ts";
import { formatDuration } from "../../../shared/telemetry/format-duration.ts";
import { isRough } from "../../../shared/telemetry/is-rough.ts";
import { percent } from "../../../shared/telemetry/percent.ts";

/** Columns of the table of exits; the first is the category. */
export const exitColumns = [
  "count",
  "share",
  "time",
  "time share",
  "min",
  "mean",
  "p50",
  "p99",
  "max",
] as const;

export type ExitColumn = (typeof exitColumns)[number];

export interface ExitLine {
  readonly name: string;
  /** In the order of `exitColumns`; empty where nothing was timed. */
  readonly cells: readonly string[];
  /** What the columns are sorted by. */
  readonly values: readonly number[];
  /** Of the time of all exits, from 0 to 1. */
  readonly timeShare: number;
  /** How many exits the times are estimated from. */
  readonly samples: number;
  /** Whether those are few. */
  readonly isRough: boolean;
  readonly parts: readonly ExitLine[];
}

/** The table of exits as `perf kvm stat` has it: only what happened, what takes most time first. */
export function exitLines(
  report: ExitReport,
  order: { readonly by: ExitColumn | "exit"; readonly descending: boolean } = usualOrder,
): readonly ExitLine[] {
  const rows = report.rows.filter(({ count, time }) => count > 0 || time !== undefined);
  const counts = rows.reduce((sum, { count }) => sum + count, 0);
  const total = rows.reduce((sum, { time }) => sum + (time?.total ?? 0), 0);
  const column = order.by === "exit" ? -1 : exitColumns.indexOf(order.by);
  const sign = order.descending ? -1 : 1;
  return rows
    .map((row) => lineOf(row.category, row, counts, total))
    .sort(
      (a, b) =>
        sign * (column < 0 ? (a.name < b.name ? -1 : 1) : difference(a, b, column)) ||
        difference(b, a, 0),
    );
}

const usualOrder = { by: "time", descending: true } as const;

function difference(a: ExitLine, b: ExitLine, column: number): number {
  return (a.values[column] ?? 0) - (b.values[column] ?? 0);
}

function lineOf(name: string, row: ExitRow | ExitPart, counts: number, total: number): ExitLine {
  const { count, time } = row;
  const parts = "parts" in row ? (row.parts ?? []) : [];
  const spent = time?.total ?? 0;
  const durations = time ? [time.min, time.mean, time.p50, time.p99, time.max] : [];
  return {
    name,
    cells: [
      count.toLocaleString("en"),
      percent(count, counts),
      ...(time
        ? [formatDuration(spent), percent(spent, total), ...durations.map(formatDuration)]
        : Array.from({ length: exitColumns.length - 2 }, () => "")),
    ],
    values: [count, count, spent, spent, ...durations],
    samples: time?.samples ?? 0,
    isRough: isRough(time, count),
    timeShare: total === 0 ? 0 : spent / total,
    parts: [...parts].sort(byTime).map((part) => lineOf(part.name, part, counts, total)),
  };
}

import { z } from "zod";
import { type ExitPart, type ExitReport, type ExitRow, exitReportSchema } from "./exit-report.ts";
import { type RunExits, runExitsSchema } from "./run-exits.ts";

/** What a worker writes of a run's exits: without its moves, and without the rows that say nothing. */
const storedExitsSchema = runExitsSchema.omit({ moves: true, submission: true }).extend({
  /** The taxonomy, in its order. */
  categories: z.array(z.string().max(40)).max(64),
});

export type StoredExits = z.infer<typeof storedExitsSchema>;

/** Bytes of JSON; a run of very many steps may have somewhat more than that. */
const usualSize = 65_536;

/** From all that is known to counts only; the first that is small enough is taken. */
const reductions: readonly ((row: ExitRow) => ExitRow)[] = [
  (row) => row,
  (row) => withParts(row, withoutBuckets),
  (row) => withoutBuckets(withParts(row, withoutBuckets)),
  ({ time: _, ...row }) => withParts(row, ({ name, count }) => ({ name, count })),
  ({ category, count }) => ({ category, count }),
];

/** The compact form of what is known of a run. */
export function toStoredExits(run: Omit<RunExits, "moves" | "submission">): StoredExits {
  const categories = run.total.rows.map(({ category }) => category);
  for (const [level, reduce] of reductions.entries()) {
    const total = withRows(run.total, totalOf(level));
    const steps = run.steps.map(({ report, ...step }) => {
      const { slowest, ...rest } = withRows(report, reduce);
      const kept = level === 0 && slowest ? { slowest } : {};
      return { ...step, report: { ...rest, ...kept } };
    });
    const stored = { ...run, total, steps, categories };
    const isLast = level === reductions.length - 1;
    if (isLast || JSON.stringify(stored).length <= usualSize) return stored;
  }
  throw new Error("there is a last reduction");
}

/** Its parts' histograms are the first that a total loses. */
const totalOf = (level: number): ((row: ExitRow) => ExitRow) =>
  level < 2 ? (row) => row : (row) => withParts(row, withoutBuckets);

function withoutBuckets<T extends Pick<ExitRow, "time">>(row: T): T {
  return row.time ? { ...row, time: { ...row.time, buckets: [] } } : row;
}

function withParts({ parts, ...row }: ExitRow, change: (part: ExitPart) => ExitPart): ExitRow {
  return parts ? { ...row, parts: parts.map(change) } : row;
}

/** All rows again. */
export function fromStoredExits({
  categories,
  ...run
}: StoredExits): Omit<RunExits, "moves" | "submission"> {
  const whole = (report: ExitReport): ExitReport => {
    const known = new Map(report.rows.map((row) => [row.category, row]));
    const rows = categories.map((category) => known.get(category) ?? { category, count: 0 });
    return { ...report, rows };
  };
  const steps = run.steps.map((step) => ({ ...step, report: whole(step.report) }));
  return { ...run, total: whole(run.total), steps };
}

/** @returns undefined where there is nothing, or something else */
export function parseStoredExits(text: string | null): StoredExits | undefined {
  if (text === null) return undefined;
  try {
    return storedExitsSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function withRows(report: ExitReport, change: (row: ExitRow) => ExitRow): ExitReport {
  const rows = report.rows.filter(({ count, time }) => count > 0 || time !== undefined);
  return exitReportSchema.parse({ ...report, rows: rows.map(change) });
}

import { type ExitCategory, exitCategories } from "../base/exits.ts";
import { LogHistogram, type LogHistogramState } from "../base/log-histogram.ts";
import type { Instructions, Nanoseconds } from "../base/units.ts";
import { PartTimes, type PartTimesState } from "./part-times.ts";

/** A single exit as it was seen. */
export interface SeenExit {
  readonly category: ExitCategory;
  readonly took: Nanoseconds;
  /** When it began, on the clock that times were taken with. */
  readonly at: Nanoseconds;
  /** Steps of the machine before it. */
  readonly steps: Instructions;
  readonly hart: number;
  /** Where the hart stood, in hexadecimal. */
  readonly pc: string;
}

/**
 * What the exits of some stretch of a run took, in host time. Times are sampled: a histogram's `count`
 * and `sum` are estimates for all exits of its category that the monitor handled outside generated
 * code (those that are handled within it are a few instructions of the guest's own time).
 */
export interface ExitTimes {
  /** Host time in `Machine.run`. */
  readonly running: Nanoseconds;
  readonly byCategory: Readonly<Partial<Record<ExitCategory, LogHistogramState>>>;
  /** The same by what the exits were about, of those that were told apart; of an older version missing. */
  readonly byPart?: PartTimesState;
  /** Of each category the longest that were seen, the longest first. */
  readonly slowest: readonly SeenExit[];
}

const slowestKept = 3;

/** Of each category the few longest. */
export function longestOf(exits: readonly SeenExit[]): SeenExit[] {
  const kept = new Map<ExitCategory, number>();
  return [...exits]
    .sort((a, b) => b.took - a.took)
    .filter(({ category }) => {
      const already = kept.get(category) ?? 0;
      kept.set(category, already + 1);
      return already < slowestKept;
    });
}

/** Times of two stretches together; exact, but for the slowest, of which the slower are kept. */
export function addExitTimes(first: ExitTimes, second: ExitTimes): ExitTimes {
  const sums = exitCategories.flatMap((category) => {
    const parts = [first.byCategory[category], second.byCategory[category]];
    const known = parts.filter((part) => part !== undefined);
    if (known.length === 0) return [];
    const sum = new LogHistogram();
    for (const part of known) sum.add(part);
    return sum.samples === 0 ? [] : [[category, sum.save()] as const];
  });
  const parts = new PartTimes();
  for (const { byPart = {} } of [first, second]) parts.add(byPart);
  return {
    running: first.running + second.running,
    byCategory: Object.fromEntries(sums),
    byPart: parts.save(),
    slowest: longestOf([...first.slowest, ...second.slowest]),
  };
}

export const noExitTimes: ExitTimes = { running: 0, byCategory: {}, byPart: {}, slowest: [] };

import type {
  ExitGauges,
  ExitPart,
  ExitReport,
  ExitRow,
  ExitTime,
} from "../../shared/schema/exit-report.ts";
import {
  type ExitCategory,
  type ExitPartCounts,
  type ExitTimes,
  LogHistogram,
  type LogHistogramState,
  type Nanoseconds,
  otherParts,
} from "../vmm/mod.ts";
import type { Spending } from "./time-account.ts";

export interface RunRecord {
  readonly instructions: number;
  /** Every category, zeros too. */
  readonly counts: Readonly<Record<string, number>>;
  readonly parts?: ExitPartCounts;
  readonly times: ExitTimes;
  readonly spent: Readonly<Record<Spending, Nanoseconds>>;
  readonly gauges?: ExitGauges | undefined;
  /** Unix milliseconds of what `times` calls 0; without it single exits are left out. */
  readonly origin?: number;
}

/** Names that a category's parts have, beside `others`. */
const mostParts = 32;
const nothingSeen = new LogHistogram().save();
/** Widest histograms that a report has, in buckets. */
const mostBuckets = { category: 40, part: 16 };

/** What a run's machines have counted and its driver has measured, in the terms that people read. */
export function exitReportOf(record: RunRecord): ExitReport {
  const { instructions, counts, parts = {}, times, spent, gauges, origin } = record;
  const { running, ...others } = spent;
  const estimate = Object.values(times.byCategory).reduce((sum, state) => sum + state.sum, 0);
  // Of a short run the estimate may be more than there was.
  const inMonitor = Math.min(estimate, running);
  const scale = estimate === 0 ? 1 : inMonitor / estimate;
  const rows = Object.entries(counts).map(([category, count]): ExitRow => {
    const state = times.byCategory[category as ExitCategory];
    const seen = times.byPart?.[category as ExitCategory] ?? {};
    const names = partsOf(parts[category] ?? {}, seen, scale);
    return {
      ...{ category, count },
      ...(state && { time: exitTimeOf(LogHistogram.from(state), scale, mostBuckets.category) }),
      ...(names.length > 0 && { parts: names }),
    };
  });
  const slowest = times.slowest.map(({ category, took, at, steps, pc }) => {
    return { category, at: steps, started: (origin ?? 0) + at / 1e6, duration: took, pc };
  });
  return {
    ...{ instructions, rows },
    time: { ...others, guest: running - inMonitor, monitor: inMonitor },
    ...(origin !== undefined && { slowest }),
    ...(gauges && { gauges }),
  };
}

/** @param scale what part of the estimate of all of them can be */
function exitTimeOf(seen: LogHistogram, scale: number, most: number): ExitTime {
  return {
    ...{ total: seen.sum * scale, samples: seen.samples, min: seen.least, mean: seen.mean },
    ...{ p50: seen.quantile(0.5), p99: seen.quantile(0.99), max: seen.most },
    buckets: bucketsOf(seen, most),
  };
}

/**
 * Buckets without gaps, each from the bound of the one before on, so wide that there are few; the first
 * entry only says where they begin.
 */
function bucketsOf(seen: LogHistogram, most: number): [bound: Nanoseconds, count: number][] {
  const filled = [...seen.filled()];
  const [first] = filled;
  const last = filled.at(-1);
  if (!first || !last) return [];
  const buckets: [number, number][] = [[first.from, 0]];
  // Doubling what a bucket spans until they are few enough.
  for (let parts = 16; ; parts /= 2) {
    const bounds = boundsFrom(first.from, last.to, parts);
    if (bounds.length > most && parts >= 1) continue;
    let next = 0;
    for (const bound of bounds) {
      let count = 0;
      for (; next < filled.length; next++) {
        const bucket = filled[next] as (typeof filled)[number];
        if (bucket.to > bound) break;
        count += bucket.count;
      }
      buckets.push([bound, count]);
    }
    return buckets;
  }
}

/** Bounds of a scale with so many parts to an octave, above `from` until `to` is passed. */
function boundsFrom(from: Nanoseconds, to: Nanoseconds, parts: number): Nanoseconds[] {
  const bounds: Nanoseconds[] = [];
  let bound = from;
  while (bound < to) {
    const octave = 2 ** Math.floor(Math.log2(Math.max(16, bound)));
    const width = parts >= 1 ? octave / parts : octave;
    bound = (Math.floor(bound / width) + 1) * width;
    bounds.push(bound);
  }
  return bounds;
}

/** The most frequent first; those beyond the first few together. */
function partsOf(
  counts: Readonly<Record<string, number>>,
  times: Readonly<Record<string, LogHistogramState>>,
  scale: number,
): ExitPart[] {
  const [counted, seen] = [new Map(Object.entries(counts)), new Map(Object.entries(times))];
  // An interrupt is timed when it is delivered, and counted when the guest asks whose it is.
  const names = [...new Set([...counted.keys(), ...seen.keys()])]
    .filter((name) => (counted.get(name) ?? 0) > 0 || seen.has(name))
    .sort((a, b) => (counted.get(b) ?? 0) - (counted.get(a) ?? 0) || (a < b ? -1 : 1));
  const partOf = (name: string, those: readonly string[]): ExitPart => {
    const sum = new LogHistogram();
    for (const each of those) sum.add(seen.get(each) ?? nothingSeen);
    return {
      ...{ name, count: those.reduce((all, each) => all + (counted.get(each) ?? 0), 0) },
      ...(sum.samples > 0 && { time: exitTimeOf(sum, scale, mostBuckets.part) }),
    };
  };
  const shown = names.filter((name) => name !== otherParts).slice(0, mostParts);
  const rest = names.filter((name) => !shown.includes(name));
  const parts = shown.map((name) => partOf(name, [name]));
  return rest.length === 0 ? parts : [...parts, partOf(otherParts, rest)];
}

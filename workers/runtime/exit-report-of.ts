import type {
  ExitGauges,
  ExitPart,
  ExitReport,
  ExitRow,
  ExitTime,
} from "../../shared/schema/exit-report.ts";
import { type ExitPartCounts, type ExitTimes, LogHistogram, type Nanoseconds } from "../vmm/mod.ts";
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
/** Widest histogram that a report has, in buckets. */
const mostBuckets = 40;

/** What a run's machines have counted and its driver has measured, in the terms that people read. */
export function exitReportOf(record: RunRecord): ExitReport {
  const { instructions, counts, parts = {}, times, spent, gauges, origin } = record;
  const { running, ...others } = spent;
  const estimate = Object.values(times.byCategory).reduce((sum, state) => sum + state.sum, 0);
  // Of a short run the estimate may be more than there was.
  const inMonitor = Math.min(estimate, running);
  const scale = estimate === 0 ? 1 : inMonitor / estimate;
  const rows = Object.entries(counts).map(([category, count]): ExitRow => {
    const state = times.byCategory[category as keyof ExitTimes["byCategory"]];
    const names = partsOf(parts[category] ?? {});
    return {
      ...{ category, count },
      ...(state && { time: exitTimeOf(LogHistogram.from(state), scale) }),
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
function exitTimeOf(seen: LogHistogram, scale: number): ExitTime {
  return {
    ...{ total: seen.sum * scale, samples: seen.samples, min: seen.least, mean: seen.mean },
    ...{ p50: seen.quantile(0.5), p99: seen.quantile(0.99), max: seen.most },
    buckets: bucketsOf(seen),
  };
}

/**
 * Buckets without gaps, each from the bound of the one before on, so wide that there are few; the first
 * entry only says where they begin.
 */
function bucketsOf(seen: LogHistogram): [bound: Nanoseconds, count: number][] {
  const filled = [...seen.filled()];
  const [first] = filled;
  const last = filled.at(-1);
  if (!first || !last) return [];
  const buckets: [number, number][] = [[first.from, 0]];
  // Doubling what a bucket spans until they are few enough.
  for (let parts = 16; ; parts /= 2) {
    const bounds = boundsFrom(first.from, last.to, parts);
    if (bounds.length > mostBuckets && parts >= 1) continue;
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
function partsOf(counts: Readonly<Record<string, number>>): ExitPart[] {
  const parts = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => ({ name, count }))
    .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
  const others = parts.slice(mostParts);
  if (others.length === 0) return parts;
  const count = others.reduce((sum, part) => sum + part.count, 0);
  return [...parts.slice(0, mostParts), { name: "others", count }];
}

import type { ExitReport, ExitTime } from "../../schema/exit-report.ts";
import { metricTable } from "../metrics.ts";

const nanoseconds = 1e9;
const boundaries = metricTable["vm.exit.duration"].buckets;

export interface DurationPoint {
  readonly category: string;
  /** By bucket; one more than there are boundaries. */
  readonly counts: readonly number[];
  readonly count: number;
  /** Seconds. */
  readonly sum: number;
}

interface Sum {
  readonly counts: number[];
  sum: number;
}

/**
 * What exits have taken, of all runs of a worker. An instrument would have to be told of each exit; the
 * engine has their histograms already, and these are added up as they are.
 */
export class ExitDurations {
  readonly boundaries: readonly number[] = boundaries;
  readonly #sums = new Map<string, Sum>();

  /** @param before what the same run's report said when it was last added */
  add(report: ExitReport, before: ExitReport | undefined): void {
    for (const { category, time } of report.rows) {
      if (time === undefined) continue;
      const old = before?.rows.find((row) => row.category === category)?.time;
      const sum = this.#sums.get(category) ?? { counts: boundariesZero(), sum: 0 };
      const counts = bucketsOf(time);
      const former = old ? bucketsOf(old) : undefined;
      counts.forEach((count, index) => {
        // Estimates may be corrected downwards; what was said is not taken back.
        const more = Math.max(0, count - (former?.[index] ?? 0));
        sum.counts[index] = (sum.counts[index] ?? 0) + more;
      });
      sum.sum += Math.max(0, time.total - (old?.total ?? 0)) / nanoseconds;
      this.#sums.set(category, sum);
    }
  }

  points(): DurationPoint[] {
    return [...this.#sums].map(([category, { counts, sum }]) => {
      const whole = counts.map(Math.round);
      return { category, sum, counts: whole, count: whole.reduce((all, one) => all + one, 0) };
    });
  }
}

function boundariesZero(): number[] {
  return Array.from({ length: boundaries.length + 1 }, () => 0);
}

/** The engine's buckets in ours: one that lies across a boundary counts where it ends. */
function bucketsOf({ buckets = [], samples, mean }: ExitTime): number[] {
  const counts = boundariesZero();
  const add = (upper: number, count: number) => {
    const index = boundaries.findIndex((bound) => upper <= bound * nanoseconds);
    const at = index === -1 ? boundaries.length : index;
    counts[at] = (counts[at] ?? 0) + count;
  };
  if (buckets.length === 0) add(mean, samples);
  for (const [upper, count] of buckets) add(upper, count);
  return counts;
}

import type { ExitReport, ExitTime } from "../../schema/exit-report.ts";
import { metricTable } from "../metrics.ts";

const nanoseconds = 1e9;

export type DurationMetric = "vm.exit.duration" | "vm.exit.part.duration";

export interface DurationPoint {
  readonly attributes: Readonly<Record<string, string>>;
  /** By bucket; one more than there are boundaries. */
  readonly counts: readonly number[];
  readonly count: number;
  /** Seconds. */
  readonly sum: number;
}

/** Another name for a part, where there are too many. */
type Naming = (category: string, part: string) => string;

/**
 * What exits have taken, of all runs of a worker. An instrument would have to be told of each exit; the
 * engine has their histograms already, and these are added up as they are.
 */
export class ExitDurations {
  readonly #sums = {
    "vm.exit.duration": new DurationSums(metricTable["vm.exit.duration"].buckets),
    "vm.exit.part.duration": new DurationSums(metricTable["vm.exit.part.duration"].buckets),
  };

  /** @param before what the same run's report said when it was last added */
  add(
    report: ExitReport,
    before: ExitReport | undefined,
    nameOf: Naming = (_, part) => part,
  ): void {
    for (const { category, time, parts = [] } of report.rows) {
      const old = before?.rows.find((row) => row.category === category);
      const attributes = { "vm.exit.category": category };
      this.#sums["vm.exit.duration"].add(attributes, time, old?.time);
      for (const part of parts) {
        const oldPart = old?.parts?.find(({ name }) => name === part.name);
        const words = { ...attributes, "vm.exit.part.name": nameOf(category, part.name) };
        this.#sums["vm.exit.part.duration"].add(words, part.time, oldPart?.time);
      }
    }
  }

  points(metric: DurationMetric): DurationPoint[] {
    return this.#sums[metric].points();
  }
}

interface Sum {
  readonly attributes: Readonly<Record<string, string>>;
  readonly counts: number[];
  sum: number;
}

class DurationSums {
  readonly #boundaries: readonly number[];
  readonly #sums = new Map<string, Sum>();

  constructor(boundaries: readonly number[]) {
    this.#boundaries = boundaries;
  }

  add(attributes: Sum["attributes"], time: ExitTime | undefined, old: ExitTime | undefined): void {
    if (time === undefined) return;
    const key = JSON.stringify(attributes);
    const sum = this.#sums.get(key) ?? { attributes, counts: this.#zero(), sum: 0 };
    const counts = this.#bucketsOf(time);
    const former = old ? this.#bucketsOf(old) : undefined;
    counts.forEach((count, index) => {
      // Estimates may be corrected downwards; what was said is not taken back.
      const more = Math.max(0, count - (former?.[index] ?? 0));
      sum.counts[index] = (sum.counts[index] ?? 0) + more;
    });
    sum.sum += Math.max(0, time.total - (old?.total ?? 0)) / nanoseconds;
    this.#sums.set(key, sum);
  }

  points(): DurationPoint[] {
    return [...this.#sums.values()].map(({ attributes, counts, sum }) => {
      const whole = counts.map(Math.round);
      return { attributes, sum, counts: whole, count: whole.reduce((all, one) => all + one, 0) };
    });
  }

  #zero(): number[] {
    return Array.from({ length: this.#boundaries.length + 1 }, () => 0);
  }

  /** The engine's buckets in ours: one that lies across a boundary counts where it ends. */
  #bucketsOf({ buckets = [], samples, mean }: ExitTime): number[] {
    const counts = this.#zero();
    const add = (upper: number, count: number) => {
      const index = this.#boundaries.findIndex((bound) => upper <= bound * nanoseconds);
      const at = index === -1 ? this.#boundaries.length : index;
      counts[at] = (counts[at] ?? 0) + count;
    };
    if (buckets.length === 0) add(mean, samples);
    for (const [upper, count] of buckets) add(upper, count);
    return counts;
  }
}

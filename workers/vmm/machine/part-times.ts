/** What exits took by what they were about, within a category: the parts of its times, which add up to it. */
import { type ExitCategory, exitCategories } from "../base/exits.ts";
import { LogHistogram, type LogHistogramState } from "../base/log-histogram.ts";
import { otherParts } from "./exit-parts.ts";

/** By category, then by what they were about. */
export type PartTimesState = Readonly<
  Partial<Record<ExitCategory, Readonly<Record<string, LogHistogramState>>>>
>;

/** Of a category, `others` among them. */
const mostNames = 64;

export class PartTimes {
  readonly #byCategory = new Map<ExitCategory, Map<string, LogHistogram>>();

  /** The times of a name; of `others` where there are too many names. */
  of(category: ExitCategory, name: string): LogHistogram {
    let names = this.#byCategory.get(category);
    if (!names) {
      names = new Map();
      this.#byCategory.set(category, names);
    }
    const known = names.has(name) || names.size < mostNames - 1 ? name : otherParts;
    let times = names.get(known);
    if (!times) {
      times = new LogHistogram();
      names.set(known, times);
    }
    return times;
  }

  /** @throws RangeError for what are no times */
  add(state: PartTimesState): void {
    for (const category of exitCategories) {
      for (const [name, times] of Object.entries(state[category] ?? {})) {
        this.of(category, name).add(times);
      }
    }
  }

  save(): PartTimesState {
    const entries = [...this.#byCategory].map(([category, names]) => {
      const times = [...names].map(([name, histogram]) => [name, histogram.save()] as const);
      return [category, Object.fromEntries(times)] as const;
    });
    return Object.fromEntries(entries);
  }
}

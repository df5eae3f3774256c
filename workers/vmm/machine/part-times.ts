/** What exits took by what they were about, within a category: the parts of its times, which add up to it. */
import { type ExitCategory, exitCategories } from "../base/exits.ts";
import { LogHistogram, type LogHistogramState } from "../base/log-histogram.ts";
import { PartsByCategory } from "./parts-by-category.ts";

/** By category, then by what they were about. */
export type PartTimesState = Readonly<
  Partial<Record<ExitCategory, Readonly<Record<string, LogHistogramState>>>>
>;

/** Of a category, beside `others`. */
const mostNames = 63;

export class PartTimes {
  readonly #times = new PartsByCategory(
    () => mostNames,
    () => new LogHistogram(),
  );

  /** The times of a name; of `others` where there are too many names. */
  of(category: ExitCategory, name: string): LogHistogram {
    return this.#times.of(category, name);
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
    const entries = [...this.#times.categories].map((category) => {
      const times = [...this.#times.in(category)].map(
        ([name, histogram]) => [name, histogram.save()] as const,
      );
      return [category, Object.fromEntries(times)] as const;
    });
    return Object.fromEntries(entries);
  }
}

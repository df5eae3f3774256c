/**
 * What exits were about: for some categories the counts by device, call or cause. Exact, and a function
 * of the run as the categories' own counts are.
 */
import { type ExitCategory, exitCategories } from "../base/exits.ts";
import { PartsByCategory } from "./parts-by-category.ts";

/** By category, then by what they were about. */
export type ExitPartCounts = Readonly<Record<string, Readonly<Record<string, number>>>>;

export interface PartCounter {
  readonly name: string;
  count: number;
}

/** A guest chooses what it calls: what comes beyond so many names is counted as others. */
const mostNames = 32;
/** Registers are as many as there are, and none of them comes first. */
const mostRegisters = 512;

export class ExitParts {
  readonly #counters = new PartsByCategory<PartCounter>(
    (category) => (category === "csr" ? mostRegisters : mostNames),
    (name) => ({ name, count: 0 }),
  );

  /** The counter of a name; of `others` where there are too many names. */
  counter(category: ExitCategory, name: string): PartCounter {
    return this.#counters.of(category, name);
  }

  add(counts: ExitPartCounts): void {
    for (const category of exitCategories) {
      for (const [name, count] of Object.entries(counts[category] ?? {})) {
        this.counter(category, name).count += count;
      }
    }
  }

  sum(category: ExitCategory): number {
    return [...this.#counters.in(category).values()].reduce((sum, { count }) => sum + count, 0);
  }

  /** Categories and names that have something. */
  save(): ExitPartCounts {
    const entries = exitCategories.flatMap((category) => {
      const names = [...this.#counters.in(category)].filter(([, { count }]) => count > 0);
      if (names.length === 0) return [];
      return [[category, Object.fromEntries(names.map(([name, { count }]) => [name, count]))]];
    });
    return Object.fromEntries(entries) as ExitPartCounts;
  }
}

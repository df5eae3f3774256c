/**
 * What exits were about: for some categories the counts by device, call or cause. Exact, and a function
 * of the run as the categories' own counts are.
 */
import { type ExitCategory, exitCategories } from "../base/exits.ts";

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
/** Also what was counted before it was told apart. */
export const otherParts = "others";

export class ExitParts {
  readonly #byCategory = new Map<ExitCategory, Map<string, PartCounter>>();

  /** The counter of a name; of `others` where there are too many names. */
  counter(category: ExitCategory, name: string): PartCounter {
    let names = this.#byCategory.get(category);
    if (!names) {
      names = new Map();
      this.#byCategory.set(category, names);
    }
    const most = category === "csr" ? mostRegisters : mostNames;
    const known = names.has(name) || names.size < most ? name : otherParts;
    const counter = names.get(known) ?? { name: known, count: 0 };
    names.set(known, counter);
    return counter;
  }

  add(counts: ExitPartCounts): void {
    for (const category of exitCategories) {
      for (const [name, count] of Object.entries(counts[category] ?? {})) {
        this.counter(category, name).count += count;
      }
    }
  }

  sum(category: ExitCategory): number {
    const counters = this.#byCategory.get(category)?.values() ?? [];
    return [...counters].reduce((sum, { count }) => sum + count, 0);
  }

  /** Categories and names that have something. */
  save(): ExitPartCounts {
    const entries = exitCategories.flatMap((category) => {
      const counters = [...(this.#byCategory.get(category) ?? [])];
      const names = counters.filter(([, { count }]) => count > 0);
      if (names.length === 0) return [];
      return [[category, Object.fromEntries(names.map(([name, { count }]) => [name, count]))]];
    });
    return Object.fromEntries(entries) as ExitPartCounts;
  }
}

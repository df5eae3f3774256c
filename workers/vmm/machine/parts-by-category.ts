import type { ExitCategory } from "../base/exits.ts";

/** What stands for all names beyond the first few, and for what was not told apart. */
export const otherParts = "others";

/**
 * Something for each name within a category of exits. A guest may choose the names, so there are only so
 * many; what comes beyond is that of `others`.
 */
export class PartsByCategory<T> {
  readonly #parts = new Map<ExitCategory, Map<string, T>>();
  readonly #most: (category: ExitCategory) => number;
  readonly #create: (name: string) => T;

  /** @param most names of a category, beside `others` */
  constructor(most: (category: ExitCategory) => number, create: (name: string) => T) {
    this.#most = most;
    this.#create = create;
  }

  of(category: ExitCategory, name: string): T {
    let names = this.#parts.get(category);
    if (!names) {
      names = new Map();
      this.#parts.set(category, names);
    }
    const known = names.has(name) || names.size < this.#most(category) ? name : otherParts;
    const part = names.get(known) ?? this.#create(known);
    names.set(known, part);
    return part;
  }

  /** What there is of a category, by name. */
  in(category: ExitCategory): ReadonlyMap<string, T> {
    return this.#parts.get(category) ?? new Map();
  }

  /** The categories that have something. */
  get categories(): Iterable<ExitCategory> {
    return this.#parts.keys();
  }
}

import type { Pages } from "../base/units.ts";

/** Pages that are still to be sent, in order; those that somebody waits for come first. */
export class PageQueue {
  readonly #left: Set<number>;
  /** All of them in their order: a set is slow to find the first that is left of many. */
  readonly #order: readonly number[];
  #next = 0;
  #urgent: number[] = [];

  constructor(pages: Iterable<number>) {
    this.#order = [...pages];
    this.#left = new Set(this.#order);
  }

  get length(): Pages {
    return this.#left.size;
  }

  has(page: number): boolean {
    return this.#left.has(page);
  }

  /** A page that is not here any more was sent already. */
  hurry(page: number): void {
    if (this.#left.has(page)) this.#urgent.push(page);
  }

  /** The next pages, ascending, and not more than `most`; urgent ones alone. */
  take(most: Pages): number[] {
    const urgent = this.#urgent.filter((page) => this.#left.delete(page));
    this.#urgent = [];
    if (urgent.length > 0) return urgent.sort((a, b) => a - b);
    const pages: number[] = [];
    while (pages.length < most && this.#next < this.#order.length) {
      const page = this.#order[this.#next++] as number;
      if (this.#left.delete(page)) pages.push(page);
    }
    return pages;
  }
}

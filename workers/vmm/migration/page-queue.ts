import type { Pages } from "../base/units.ts";

/** Pages that are still to be sent, in order; those that somebody waits for come first. */
export class PageQueue {
  readonly #left: Set<number>;
  #urgent: number[] = [];

  constructor(pages: Iterable<number>) {
    this.#left = new Set(pages);
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
    for (const page of this.#left) {
      if (pages.length === most) break;
      pages.push(page);
    }
    for (const page of pages) this.#left.delete(page);
    return pages;
  }
}

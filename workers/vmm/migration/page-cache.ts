import type { Pages } from "../base/units.ts";
import { pageBytes } from "../memory/layout.ts";

/** Copies of pages as they were last sent, at most so many: the one not used for longest goes. */
export class PageCache {
  readonly #most: Pages;
  // A Map keeps the order of insertion, so the first entry is the one not used for longest.
  readonly #pages = new Map<number, Uint8Array>();

  constructor(most: Pages) {
    this.#most = most;
  }

  get(page: number): Uint8Array | undefined {
    return this.#pages.get(page);
  }

  set(page: number, bytes: Uint8Array): void {
    if (this.#most === 0) return;
    let copy = this.#pages.get(page);
    this.#pages.delete(page);
    if (!copy && this.#pages.size === this.#most) {
      const [oldest, content] = this.#pages.entries().next().value as [number, Uint8Array];
      this.#pages.delete(oldest);
      copy = content;
    }
    copy ??= new Uint8Array(pageBytes);
    copy.set(bytes);
    this.#pages.set(page, copy);
  }

  delete(page: number): void {
    this.#pages.delete(page);
  }
}

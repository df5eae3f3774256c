/**
 * Says a few pages that are nobody's, changes them, says what has changed, and reads all of it: where a guest
 * first writes to something behind the last round, its stop is not to be the first time that this is done.
 */
import type { Pages } from "../base/units.ts";
import { pageBytes } from "../memory/layout.ts";
import type { Compression } from "./compression.ts";
import { PageDecoder, type PageStore } from "./page-decoder.ts";
import { PageEncoder } from "./page-encoder.ts";

const pages: Pages = 16;
/** Bytes between two that change: about as close as in what a system writes while it does nothing. */
const stride = 56;

export function rehearsePages(compression: Compression | undefined): void {
  const encoder = new PageEncoder({ contents: [], compression, cachePages: pages });
  const decoder = new PageDecoder({ contents: [], compression, pages });
  const store = new ScratchPages();
  const bytes = new Uint8Array(pageBytes).fill(1);
  // Only a page that is said again is kept, to be compared with.
  for (let round = 1; round <= 3; round++) {
    for (let at = round; at < pageBytes; at += stride) bytes[at] = round;
    for (let page = 0; page < pages; page++) encoder.add(page, bytes);
    decoder.decode(encoder.takeBatch(), store);
  }
}

class ScratchPages implements PageStore {
  readonly #pages = new Map<number, Uint8Array>();

  write(page: number, bytes: Uint8Array): void {
    this.#pages.set(page, bytes.slice());
  }

  writeZeros(page: number): void {
    this.#pages.delete(page);
  }

  at(page: number): Uint8Array | undefined {
    return this.#pages.get(page);
  }
}

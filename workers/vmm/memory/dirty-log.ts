/**
 * Which pages of a RAM were written since somebody last asked. Each log is its own: any number may
 * be open, and each hears of every page.
 *
 *     const log = ram.openDirtyLog();   // a look at each page, once
 *     log.harvest();                    // costs the pages that were written, and a look at the TLBs
 *     log.close();
 *
 * A page that is written for the first time since any log's harvest costs the guest an exit
 * (`trace.dirty`); its other stores cost nothing.
 */
import type { Pages } from "../base/units.ts";

export interface DirtyLog {
  /** The pages that were written since the log was opened or last harvested, in ascending order. */
  harvest(): readonly number[];
  close(): void;
}

/** A log as the RAM sees it. */
export class DirtyPages implements DirtyLog {
  readonly #bits: Uint32Array;
  readonly #protect: (pages: readonly number[]) => void;
  readonly #onClose: () => void;
  #pages: number[] = [];

  /** @param resources.protect the next store to these pages is to be noted */
  constructor(resources: {
    pages: Pages;
    protect: (pages: readonly number[]) => void;
    onClose: () => void;
  }) {
    this.#bits = new Uint32Array(Math.ceil(resources.pages / 32));
    this.#protect = resources.protect;
    this.#onClose = resources.onClose;
  }

  note(page: number): void {
    const word = this.#bits[page >>> 5] as number;
    const bit = 1 << (page & 31);
    if (word & bit) return;
    this.#bits[page >>> 5] = word | bit;
    this.#pages.push(page);
  }

  harvest(): readonly number[] {
    const pages = this.#pages.sort((a, b) => a - b);
    this.#pages = [];
    for (const page of pages) this.#bits[page >>> 5] = 0;
    this.#protect(pages);
    return pages;
  }

  close(): void {
    this.#pages = [];
    this.#onClose();
  }
}

/**
 * Which pages of a RAM were written, or accessed at all, since somebody last asked. Each log is its
 * own: any number may be open, and each hears of every page.
 *
 *     const log = ram.openDirtyLog();   // a look at each page, once
 *     log.harvest();                    // costs the pages that were written, and a look at the TLBs
 *     log.close();
 *
 * A page that is written for the first time since any log's harvest costs the guest an exit
 * (`trace.dirty`); its other stores cost nothing. The harvest of an access log takes a look at each
 * page, and each TLB entry's first use after it costs the guest an exit (`trace.access`).
 */
import type { Pages } from "../base/units.ts";

export interface PageLog {
  /** The pages since the log was opened or last harvested, in ascending order. */
  harvest(): readonly number[];
  close(): void;
}

/** A log as the RAM sees it. */
export class NotedPages implements PageLog {
  readonly #bits: Uint32Array;
  readonly #hooks: LogHooks;
  #pages: number[] = [];

  constructor(pages: Pages, hooks: LogHooks) {
    this.#bits = new Uint32Array(Math.ceil((pages + 1) / 32));
    this.#hooks = hooks;
  }

  note(page: number): void {
    const word = this.#bits[page >>> 5] as number;
    const bit = 1 << (page & 31);
    if (word & bit) return;
    this.#bits[page >>> 5] = word | bit;
    this.#pages.push(page);
  }

  harvest(): readonly number[] {
    this.#hooks.collect();
    const pages = this.#pages.sort((a, b) => a - b);
    this.#pages = [];
    for (const page of pages) this.#bits[page >>> 5] = 0;
    this.#hooks.watch(pages);
    return pages;
  }

  close(): void {
    this.#pages = [];
    this.#hooks.close();
  }
}

interface LogHooks {
  /** Notes what is only seen when one looks. */
  collect(): void;
  /** The next access to these pages is to be noted. */
  watch(pages: readonly number[]): void;
  close(): void;
}

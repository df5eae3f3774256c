/**
 * The pages of a template that are still on their way from the store while its first clones run: they
 * are sent one after the other, and one that a clone cannot wait for is asked for.
 *
 * A clone gets them from the template, when it needs them.
 */
import type { Machine, Milliseconds, PageSource } from "../../vmm/mod.ts";
import { PageAnswer } from "./page-answer.ts";

/** A page that does not come: a run that needs it has to begin again without the template. */
export class PageLost extends Error {
  override readonly name = "PageLost";
}

/** Where a clone has pages from that it does not have yet. */
export interface ClonePages extends PageSource {
  /** Whether all are there, so that nobody has to wait for them. */
  mayComplete(): boolean;
  /** Gives the clone all that it lacks. */
  complete(clone: Machine): void;
}

const pageBytes = 4096;
const patience: Milliseconds = 10_000;

export class ArrivingPages {
  readonly #template: Machine;
  readonly #pages: Uint32Array;
  #isLost = false;

  /** @param pages those that the template was made without */
  constructor(template: Machine, pages: Uint32Array) {
    this.#template = template;
    this.#pages = pages;
  }

  get areHere(): boolean {
    return this.#isLost || this.#template.ram.absentPages === 0;
  }

  /** Some that have come, with their content one behind the other. */
  take(pages: Uint32Array, content: Uint8Array): void {
    for (const [index, page] of pages.entries()) {
      this.#template.ram.supply(page, content.subarray(index * pageBytes, (index + 1) * pageBytes));
    }
  }

  /** The rest will not come, or the template goes. */
  lose(): void {
    this.#isLost = true;
  }

  /** @param ask has a page put into the answer */
  forClone(ask: (page: number, answer: SharedArrayBuffer) => void): ClonePages {
    const fetch = (page: number) => this.#fetch(page, ask);
    return {
      fetch,
      mayComplete: () => this.areHere,
      complete: ({ ram }) => {
        if (ram.absentPages === 0) return;
        // A page that the clone has stays as it is.
        for (const page of this.#pages) ram.supply(page, fetch(page));
      },
    };
  }

  #fetch(page: number, ask: (page: number, answer: SharedArrayBuffer) => void): Uint8Array {
    if (this.#isLost) throw new PageLost(`page ${page} of the template is lost`);
    for (const { bytes } of this.#template.ram.contents([page])) return bytes;
    const answer = new PageAnswer();
    ask(page, answer.shared);
    const bytes = answer.wait(patience);
    if (!bytes) throw new PageLost(`page ${page} of the template does not come`);
    this.#template.ram.supply(page, bytes);
    return bytes;
  }
}

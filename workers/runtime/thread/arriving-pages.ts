/**
 * The pages of a machine that are still on their way from the store: they are sent one after the other,
 * and one that cannot be waited for is asked for.
 *
 * It is the machine of a run that goes on from its checkpoint, or a template, whose first clones run
 * meanwhile: a clone gets pages from the template, when it needs them.
 */
import type { Machine, Milliseconds, PageSource } from "../../vmm/mod.ts";
import { PageAnswer } from "./page-answer.ts";

/** A page that does not come: the run that needs it cannot go on here. */
export class PageLost extends Error {
  override readonly name = "PageLost";
}

/** Where the machine of a run has pages from that it does not have yet. */
export interface RunPages extends PageSource {
  /** Whether all are there, so that nobody has to wait for them. */
  mayComplete(): boolean;
  /** Gives the machine all that it lacks. */
  complete(machine: Machine): void;
}

const pageBytes = 4096;
const patience: Milliseconds = 10_000;

export class ArrivingPages {
  readonly #machine: Machine;
  readonly #pages: Uint32Array;
  #isLost = false;

  /** @param pages those that the machine was made without */
  constructor(machine: Machine, pages: Uint32Array) {
    this.#machine = machine;
    this.#pages = pages;
  }

  get areHere(): boolean {
    return this.#isLost || this.#machine.ram.absentPages === 0;
  }

  /** Some that have come, with their content one behind the other. */
  take(pages: Uint32Array, content: Uint8Array): void {
    for (const [index, page] of pages.entries()) {
      this.#machine.ram.supply(page, content.subarray(index * pageBytes, (index + 1) * pageBytes));
    }
  }

  /** The rest will not come, or the machine goes. */
  lose(): void {
    this.#isLost = true;
  }

  /**
   * For the machine itself, or a clone of it.
   *
   * @param ask has a page put into the answer
   */
  forRun(ask: (page: number, answer: SharedArrayBuffer) => void): RunPages {
    const fetch = (page: number) => this.#fetch(page, ask);
    return {
      fetch,
      mayComplete: () => this.areHere,
      complete: ({ ram }) => {
        if (ram.absentPages === 0) return;
        // A page that it has stays as it is.
        for (const page of this.#pages) ram.supply(page, fetch(page));
      },
    };
  }

  #fetch(page: number, ask: (page: number, answer: SharedArrayBuffer) => void): Uint8Array {
    if (this.#isLost) throw new PageLost(`page ${page} is lost`);
    for (const { bytes } of this.#machine.ram.contents([page])) return bytes;
    const answer = new PageAnswer();
    ask(page, answer.shared);
    const bytes = answer.wait(patience);
    if (!bytes) throw new PageLost(`page ${page} does not come`);
    this.#machine.ram.supply(page, bytes);
    return bytes;
  }
}

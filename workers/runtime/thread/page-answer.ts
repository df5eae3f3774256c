/**
 * A page that a pCPU thread waits for in the middle of an instruction, where it reads no messages: the
 * main thread puts it here.
 *
 *     0   0: it is waited for, 1: it is here, 2: it will not come
 *     16  the page
 */
import type { Milliseconds } from "../../vmm/mod.ts";

const state = { waiting: 0, here: 1, lost: 2 } as const;
const pageAt = 16;
const pageBytes = 4096;

export class PageAnswer {
  readonly shared: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #page: Uint8Array;

  constructor(shared = new SharedArrayBuffer(pageAt + pageBytes)) {
    this.shared = shared;
    this.#words = new Int32Array(shared, 0, 1);
    this.#page = new Uint8Array(shared, pageAt, pageBytes);
  }

  /** @param page nothing where it cannot be had */
  give(page: Uint8Array | undefined): void {
    if (page) this.#page.set(page);
    Atomics.store(this.#words, 0, page ? state.here : state.lost);
    Atomics.notify(this.#words, 0);
  }

  /** Blocks this thread. @returns undefined where it does not come */
  wait(patience: Milliseconds): Uint8Array | undefined {
    Atomics.wait(this.#words, 0, state.waiting, patience);
    return Atomics.load(this.#words, 0) === state.here ? this.#page : undefined;
  }
}

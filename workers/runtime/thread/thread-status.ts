import type { RunNumber } from "./thread-protocol.ts";

/**
 * What a pCPU thread and the main thread know of each other without messages: four shared words.
 *
 *     0  turns that were begun or ended: odd while a guest has its turn
 *     1  the run of that guest
 *     2  1: the thread is to end as soon as it can
 *     3  1: it has ended, and touches the machine memory no more
 */
export class ThreadStatus {
  readonly shared: SharedArrayBuffer;
  readonly #words: Int32Array;

  constructor(shared = new SharedArrayBuffer(16)) {
    this.shared = shared;
    this.#words = new Int32Array(shared);
  }

  beginTurn(run: RunNumber): void {
    Atomics.store(this.#words, 1, run);
    Atomics.add(this.#words, 0, 1);
  }

  endTurn(): void {
    Atomics.add(this.#words, 0, 1);
  }

  /** Whose turn it is, and a number that no other turn has. */
  get turn(): { readonly run: RunNumber | undefined; readonly serial: number } {
    const serial = Atomics.load(this.#words, 0);
    return { run: serial & 1 ? Atomics.load(this.#words, 1) : undefined, serial };
  }

  askToEnd(): void {
    Atomics.store(this.#words, 2, 1);
  }

  get isAskedToEnd(): boolean {
    return Atomics.load(this.#words, 2) === 1;
  }

  end(): void {
    Atomics.store(this.#words, 3, 1);
  }

  get hasEnded(): boolean {
    return Atomics.load(this.#words, 3) === 1;
  }
}

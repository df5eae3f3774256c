import type { Instructions, Milliseconds } from "../../vmm/mod.ts";

const shortest: Instructions = 100_000;
const first: Instructions = 1_000_000;
const longest: Instructions = 50_000_000;

/** How many instructions a guest gets in one slice, so that it takes about as long as it should. */
export class SliceLength {
  #instructions = first;

  get instructions(): Instructions {
    return this.#instructions;
  }

  /** The guest may be much slower from now on. */
  beginAgain(): void {
    this.#instructions = shortest;
  }

  /** The last slice took so long, and should have taken `aim`; moves by no more than a factor of two. */
  learn(elapsed: Milliseconds, aim: Milliseconds): void {
    const now = this.#instructions;
    const wanted = elapsed > 0 ? (now * aim) / elapsed : now * 2;
    const bounded = Math.min(Math.max(wanted, now / 2), now * 2);
    this.#instructions = Math.round(Math.min(Math.max(bounded, shortest), longest));
  }
}

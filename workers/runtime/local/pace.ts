import type { Instructions } from "../../vmm/mod.ts";

const targetMilliseconds = 15;
const smallest = 10_000;
const largest = 200_000_000;

/**
 * How many instructions the next call of `run` gets, so that it takes about 15 ms: short enough
 * that a key press feels immediate, long enough that the event loop costs nothing.
 *
 * In virtual time the guest cannot see where slices end, so the host's clock may decide.
 */
export class Pace {
  #slice: Instructions = 1_000_000;

  get slice(): Instructions {
    return this.#slice;
  }

  /** Learns from one call of `run` that used up its slice. */
  learn(instructions: Instructions, milliseconds: number): void {
    const perMillisecond = instructions / Math.max(milliseconds, 0.01);
    // At most doubling: one odd slice (all idle, or a host hiccup) must not decide the next.
    const wanted = Math.min(perMillisecond * targetMilliseconds, this.#slice * 2);
    this.#slice = Math.round(Math.min(largest, Math.max(smallest, wanted)));
  }
}

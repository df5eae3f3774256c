/**
 * How many bytes a bandwidth limit lets through: so many a millisecond, saved up for a short while
 * only, so that a pause is not made up for by a burst.
 */
import type { Bytes } from "../base/units.ts";
import type { Milliseconds } from "./is-converged.ts";

const mostSaved: Milliseconds = 20;

export class Allowance {
  readonly #perMillisecond: number;
  readonly #now: () => Milliseconds;
  #saved: Bytes = 0;
  #since: Milliseconds;

  /** @param bytesPerSecond infinite for no limit */
  constructor(bytesPerSecond: number, now: () => Milliseconds) {
    this.#perMillisecond = bytesPerSecond / 1000;
    this.#now = now;
    this.#since = now();
  }

  get isOpen(): boolean {
    if (this.#perMillisecond === Number.POSITIVE_INFINITY) return true;
    const now = this.#now();
    const gained = (now - this.#since) * this.#perMillisecond;
    this.#saved = Math.min(this.#saved + gained, mostSaved * this.#perMillisecond);
    this.#since = now;
    return this.#saved >= 0;
  }

  /** What is sent may go beyond what is there; nothing more is sent until it is made up for. */
  spend(bytes: Bytes): void {
    this.#saved -= bytes;
  }
}

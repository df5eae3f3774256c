/**
 * One side's question to the authority: may I have the run? Asked until there is an answer, because
 * one that was lost may have been a yes.
 */
import type { Authority, Ownership } from "./authority.ts";
import type { Milliseconds } from "./is-converged.ts";

/** Between two times of asking. */
const pause: Milliseconds = 200;

export class Claim {
  readonly #ask: () => Promise<Ownership>;
  readonly #now: () => Milliseconds;
  #answer: Ownership | undefined;
  #isAsking = false;
  #nextAt: Milliseconds;

  constructor(
    question: { authority: Authority; run: string; epoch: number; owner: string },
    now: () => Milliseconds,
  ) {
    const { authority, run, epoch, owner } = question;
    this.#ask = () => authority.compareAndSet(run, epoch, owner);
    this.#now = now;
    this.#nextAt = now();
  }

  /** Asks if nobody is asking. @returns the answer, when there is one */
  step(): Ownership | undefined {
    if (this.#answer || this.#isAsking || this.#now() < this.#nextAt) return this.#answer;
    this.#isAsking = true;
    this.#ask().then(
      (answer) => {
        this.#answer = answer;
      },
      () => {
        this.#isAsking = false;
        this.#nextAt = this.#now() + pause;
      },
    );
    return undefined;
  }
}

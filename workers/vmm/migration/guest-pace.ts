/**
 * How much of its thread's time a guest has while it moves. One that writes faster than is sent is held back:
 * behind a slice it rests, as long as its share says. It does not notice: its time is the instructions that it
 * executes.
 *
 *     if (pace.mayRun) { pace.begin(); machine.run(slice); }
 *     pace.end();                       // at any time behind it
 */
import type { Milliseconds } from "./is-converged.ts";

export class GuestPace {
  readonly #now: () => Milliseconds;
  /** What it may have of the time, 1 for all of it. */
  share = 1;
  #began: Milliseconds | undefined;
  #restsUntil: Milliseconds = 0;
  /** What it has had since somebody last asked, and since when. */
  #had: Milliseconds = 0;
  #since: Milliseconds;

  constructor(now: () => Milliseconds) {
    this.#now = now;
    this.#since = now();
  }

  get mayRun(): boolean {
    return this.rest === 0;
  }

  /** How long it has to rest yet. */
  get rest(): Milliseconds {
    return this.share === 1 ? 0 : Math.max(0, this.#restsUntil - this.#now());
  }

  begin(): void {
    this.#began = this.#now();
  }

  end(): void {
    if (this.#began === undefined) return;
    const now = this.#now();
    const had = now - this.#began;
    this.#began = undefined;
    this.#had += had;
    this.#restsUntil = now + had / this.share - had;
  }

  /** The part of the time that it had since this was last asked, from 0 to 1. */
  takePart(): number {
    const now = this.#now();
    const time = now - this.#since;
    const part = time > 0 ? Math.min(1, this.#had / time) : 1;
    this.#had = 0;
    this.#since = now;
    return part;
  }
}

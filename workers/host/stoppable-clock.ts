import type { Nanoseconds } from "../vmm/mod.ts";
import { startClock } from "./clock.ts";

/** Host time that can stand still, while a debugger looks. It goes from when it is made. */
export class StoppableClock {
  readonly #clock = startClock();
  /** What the clock behind showed when this one was stopped. */
  #stoppedAt: Nanoseconds | undefined;
  #stoodStill: Nanoseconds = 0;

  readonly now = (): Nanoseconds => (this.#stoppedAt ?? this.#clock()) - this.#stoodStill;

  stop(): void {
    this.#stoppedAt ??= this.#clock();
  }

  go(): void {
    if (this.#stoppedAt === undefined) return;
    this.#stoodStill += this.#clock() - this.#stoppedAt;
    this.#stoppedAt = undefined;
  }
}

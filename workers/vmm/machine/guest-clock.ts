/**
 * Guest time and steps of one VM, kept so that generated code can read both between two entries
 * from JavaScript: a hart holds what time and step count will be when its budget is used up.
 *
 * In virtual time one step is one nanosecond, and idling moves the clock without steps. In host
 * time the clock follows the host between slices and counts steps within one.
 */
import type { Instructions, Nanoseconds } from "../base/units.ts";
import type { Hart } from "../hart/hart.ts";

export class GuestClock {
  readonly #hart: Hart;
  readonly #hostNow: (() => Nanoseconds) | undefined;
  readonly #hostStart: Nanoseconds;
  #clockEnd: Nanoseconds = 0;
  #stepsEnd: Instructions = 0;

  /** @param hostNow given in host-time mode only */
  constructor(hart: Hart, hostNow: (() => Nanoseconds) | undefined) {
    this.#hart = hart;
    this.#hostNow = hostNow;
    this.#hostStart = hostNow?.() ?? 0;
    this.#setBudget(0);
  }

  get now(): Nanoseconds {
    return this.#clockEnd - this.#hart.get("budget");
  }

  get steps(): Instructions {
    return this.#stepsEnd - this.#hart.get("budget");
  }

  get isVirtual(): boolean {
    return this.#hostNow === undefined;
  }

  /** Lets the hart run this many steps from now on. */
  grant(budget: Instructions): void {
    this.#clockEnd = this.now + budget;
    this.#stepsEnd = this.steps + budget;
    this.#setBudget(budget);
  }

  /** Takes back what was granted beyond a deadline; also from within a device access. */
  limitTo(deadline: Nanoseconds): void {
    const budget = Math.max(0, deadline - this.now);
    const surplus = this.#hart.get("budget") - budget;
    if (surplus <= 0) return;
    this.#clockEnd -= surplus;
    this.#stepsEnd -= surplus;
    this.#setBudget(budget);
  }

  /** Moves time without steps; never backwards. */
  skipTo(time: Nanoseconds): void {
    const idle = time - this.now;
    if (idle <= 0) return;
    this.#clockEnd += idle;
    this.#setBudget(this.#hart.get("budget"));
  }

  /** In host time, brings the clock up to the host's. */
  followHost(): void {
    if (this.#hostNow) this.skipTo(Math.floor(this.#hostNow() - this.#hostStart));
  }

  #setBudget(budget: Instructions): void {
    this.#hart.set("budget", budget);
    this.#hart.setNumber("clockEnd", this.#clockEnd);
    this.#hart.setNumber("stepsEnd", this.#stepsEnd);
  }
}

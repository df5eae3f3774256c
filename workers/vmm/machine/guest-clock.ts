/**
 * Guest time and steps of one VM, kept so that generated code can read both between two entries
 * from JavaScript: the hart that runs holds what time and its step count will be when its budget is
 * used up. The other harts' budgets are 0.
 *
 * In virtual time one step of any hart is one nanosecond, and idling moves the clock without steps.
 * In host time the clock follows the host between slices and counts steps within one.
 */
import type { Instructions, Nanoseconds } from "../base/units.ts";
import type { Hart } from "../hart/hart.ts";

/** Between two runs, when no hart has a budget. */
export interface GuestClockState {
  readonly now: Nanoseconds;
  /** Of all harts together. */
  readonly steps: Instructions;
  readonly ownSteps: readonly Instructions[];
}

export class GuestClock {
  readonly #harts: readonly Hart[];
  readonly #hostNow: (() => Nanoseconds) | undefined;
  /** What the host's clock shows at guest time 0. */
  #hostStart: Nanoseconds;
  /** The hart that runs, or ran last. */
  #hart: Hart;
  #clockEnd: Nanoseconds = 0;
  #stepsEnd: Instructions = 0;
  /** Of each hart by its number. */
  readonly #ownStepsEnd: Instructions[];

  /** @param hostNow given in host-time mode only */
  constructor(harts: readonly [Hart, ...Hart[]], hostNow: (() => Nanoseconds) | undefined) {
    this.#harts = harts;
    this.#hart = harts[0];
    this.#ownStepsEnd = harts.map(() => 0);
    this.#hostNow = hostNow;
    this.#hostStart = hostNow?.() ?? 0;
    for (const hart of harts) this.#write(hart, 0);
  }

  get now(): Nanoseconds {
    return this.#clockEnd - this.#hart.get("budget");
  }

  /** Of all harts together. */
  get steps(): Instructions {
    return this.#stepsEnd - this.#hart.get("budget");
  }

  get isVirtual(): boolean {
    return this.#hostNow === undefined;
  }

  /** Lets a hart run this many steps from now on; what another one was granted is taken back. */
  grant(hart: Hart, budget: Instructions): void {
    this.settle();
    this.#hart = hart;
    this.#add(budget);
    this.#write(hart, budget);
  }

  /** Takes back what is left of the budget. */
  settle(): void {
    this.limitTo(this.now);
  }

  /** Takes back what was granted beyond a deadline; also from within a device access. */
  limitTo(deadline: Nanoseconds): void {
    const budget = Math.max(0, deadline - this.now);
    const surplus = this.#hart.get("budget") - budget;
    if (surplus <= 0) return;
    this.#add(-surplus);
    this.#write(this.#hart, budget);
  }

  /** Moves time without steps; never backwards. */
  skipTo(time: Nanoseconds): void {
    const idle = time - this.now;
    if (idle <= 0) return;
    this.#clockEnd += idle;
    this.#write(this.#hart, this.#hart.get("budget"));
  }

  /** In host time, brings the clock up to the host's. */
  followHost(): void {
    if (this.#hostNow) this.skipTo(Math.floor(this.#hostNow() - this.#hostStart));
  }

  save(): GuestClockState {
    return { now: this.now, steps: this.steps, ownSteps: [...this.#ownStepsEnd] };
  }

  /**
   * In host time the clock goes on from here: what passed between save and restore did not.
   *
   * @throws RangeError for the clock of a machine with other harts
   */
  restore({ now, steps, ownSteps }: GuestClockState): void {
    if (ownSteps.length !== this.#harts.length) {
      throw new RangeError(`the clock is not that of ${this.#harts.length} harts`);
    }
    if (ownSteps.reduce((sum, own) => sum + own, 0) !== steps || steps > now) {
      throw new RangeError("the clock and the harts' steps contradict each other");
    }
    this.#clockEnd = now;
    this.#stepsEnd = steps;
    this.#ownStepsEnd.splice(0, ownSteps.length, ...ownSteps);
    this.#hostStart = (this.#hostNow?.() ?? 0) - now;
    for (const hart of this.#harts) this.#write(hart, 0);
  }

  #add(steps: Instructions): void {
    this.#clockEnd += steps;
    this.#stepsEnd += steps;
    this.#ownStepsEnd[this.#hart.id] = (this.#ownStepsEnd[this.#hart.id] ?? 0) + steps;
  }

  #write(hart: Hart, budget: Instructions): void {
    hart.set("budget", budget);
    hart.setNumber("clockEnd", this.#clockEnd);
    hart.setNumber("stepsEnd", this.#ownStepsEnd[hart.id] ?? 0);
  }
}

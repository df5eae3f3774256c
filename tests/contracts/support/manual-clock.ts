import { EventQueue } from "../../../workers/vmm/base/event-queue.ts";

/** Guest time that a test moves by hand, with the alarms that hang on it. */
export class ManualClock {
  #now = 0;
  readonly timers = new EventQueue(() => this.#now);

  /** Moves on to `time`, stopping at each deadline on the way, as a machine in virtual time does. */
  advanceTo(time: number): void {
    while (this.timers.nextDeadline() <= time) {
      this.#now = Math.max(this.#now, this.timers.nextDeadline());
      this.timers.advanceTo(this.#now);
    }
    this.#now = time;
  }

  advance(nanoseconds: number): void {
    this.advanceTo(this.#now + nanoseconds);
  }
}

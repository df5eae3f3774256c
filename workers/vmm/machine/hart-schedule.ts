/**
 * Which hart of a VM runs: round robin, each for a quantum of steps. All harts of a VM run
 * interleaved on one thread, so the interleaving is a function of the guest's own steps and is the
 * same on every host, however the driver slices the run.
 *
 * A hart gives the rest of its quantum away when it waits, and when it sends an interrupt to another
 * hart: what follows is usually a wait for the answer.
 */
import type { Instructions } from "../base/units.ts";
import type { Hart } from "../hart/hart.ts";

/** A lone hart needs no turns. */
const quantumOfMany: Instructions = 10_000;

/** The state that decides what runs next. */
export interface HartScheduleState {
  readonly current: number;
  readonly quantumLeft: Instructions;
  readonly waiting: readonly boolean[];
}

export class HartSchedule {
  readonly #harts: readonly [Hart, ...Hart[]];
  readonly #isStopped: (hart: number) => boolean;
  readonly #quantum: Instructions;
  readonly #waiting: boolean[];
  #current = 0;
  #quantumLeft: Instructions;

  /** @param isStopped whether a hart is switched off (SBI hart state management) */
  constructor(harts: readonly [Hart, ...Hart[]], isStopped: (hart: number) => boolean) {
    this.#harts = harts;
    this.#isStopped = isStopped;
    this.#quantum = harts.length === 1 ? Number.POSITIVE_INFINITY : quantumOfMany;
    this.#quantumLeft = this.#quantum;
    this.#waiting = harts.map(() => false);
  }

  /** The hart whose turn it is, also while it waits. */
  get current(): Hart {
    return this.#harts[this.#current] ?? this.#harts[0];
  }

  /** What is left of its turn. */
  get quantumLeft(): Instructions {
    return this.#quantumLeft;
  }

  /** The hart to run now; undefined when all of them wait. */
  next(): Hart | undefined {
    if (this.#quantumLeft > 0 && this.canRun(this.#current)) return this.current;
    for (let distance = 1; distance <= this.#harts.length; distance++) {
      const candidate = (this.#current + distance) % this.#harts.length;
      if (!this.canRun(candidate)) continue;
      this.#turnTo(candidate);
      return this.current;
    }
    return undefined;
  }

  /** The current hart has executed this many steps of its turn. */
  use(steps: Instructions): void {
    this.#quantumLeft -= steps;
  }

  /** The current hart waits for an interrupt. */
  wait(): void {
    this.#waiting[this.#current] = true;
  }

  /** Ends the current hart's turn. */
  yield(): void {
    if (this.#harts.length > 1) this.#quantumLeft = 0;
  }

  /** Makes it a hart's turn out of order, also while it waits: for debuggers. */
  choose(index: number): void {
    this.#waiting[index] = false;
    this.#turnTo(index);
  }

  isWaiting(index: number): boolean {
    return this.#waiting[index] === true;
  }

  save(): HartScheduleState {
    return {
      current: this.#current,
      // A lone hart's turn has no end, which no number of a saved state could say.
      quantumLeft: Number.isFinite(this.#quantumLeft) ? this.#quantumLeft : 0,
      waiting: [...this.#waiting],
    };
  }

  /** @throws RangeError for a state of other harts */
  restore({ current, quantumLeft, waiting }: HartScheduleState): void {
    if (waiting.length !== this.#harts.length || this.#harts[current] === undefined) {
      throw new RangeError(`the schedule is not one of ${this.#harts.length} harts`);
    }
    if (quantumLeft > this.#quantum) throw new RangeError("a hart's turn is longer than any");
    this.#current = current;
    this.#quantumLeft = this.#harts.length === 1 ? Number.POSITIVE_INFINITY : quantumLeft;
    this.#waiting.splice(0, this.#waiting.length, ...waiting);
  }

  /** Whether a hart has something to do; one that an interrupt waits for no longer waits itself. */
  canRun(index: number): boolean {
    if (!this.#isRunnable(index)) return false;
    this.#waiting[index] = false;
    return true;
  }

  /**
   * Tells the current hart whether to give its turn away is of use to anybody: a kernel that counts
   * time by `pause` while the others sleep stays in its loop. To be called before generated code
   * goes on, whenever a hart may have been started or sent an interrupt.
   */
  noteTurns(): void {
    if (this.#harts.length === 1) return;
    const isOther = (hart: Hart) => hart.id !== this.#current && this.#isRunnable(hart.id);
    this.current.set("takesTurns", this.#harts.some(isOther) ? 1 : 0);
  }

  #isRunnable(index: number): boolean {
    if (this.#isStopped(index)) return false;
    return !this.#waiting[index] || this.#harts[index]?.hasPendingInterrupt === true;
  }

  #turnTo(index: number): void {
    // Another hart's stores may come between: a reservation does not survive the turn.
    if (index !== this.#current) this.current.clearReservation();
    this.#current = index;
    this.#quantumLeft = this.#quantum;
  }
}

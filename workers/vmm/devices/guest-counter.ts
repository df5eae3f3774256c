import type { Timers } from "../base/timers.ts";
import type { Nanoseconds } from "../base/units.ts";

/** What a counter shows beyond the guest clock, modulo 2^64. */
export interface GuestCounterState {
  readonly offsetLow: number;
  readonly offsetHigh: number;
}

const two32 = 2 ** 32;

/**
 * A writable 64-bit counter that runs with guest time, in two unsigned halves: JavaScript has no
 * cheap 64-bit integers, and guests read their clocks often.
 */
export class GuestCounter {
  readonly #timers: Timers;
  readonly #nanosecondsPerTick: Nanoseconds;
  #offsetLow: number;
  #offsetHigh: number;

  constructor(timers: Timers, nanosecondsPerTick: Nanoseconds, state: GuestCounterState) {
    this.#timers = timers;
    this.#nanosecondsPerTick = nanosecondsPerTick;
    this.#offsetLow = state.offsetLow;
    this.#offsetHigh = state.offsetHigh;
  }

  get low(): number {
    return ((this.#ticks() >>> 0) + this.#offsetLow) >>> 0;
  }

  get high(): number {
    const ticks = this.#ticks();
    const carry = (ticks >>> 0) + this.#offsetLow >= two32 ? 1 : 0;
    return (Math.floor(ticks / two32) + this.#offsetHigh + carry) >>> 0;
  }

  /** Makes the counter go on from the value given. */
  set(low: number, high: number): void {
    const ticks = this.#ticks();
    const borrow = low < ticks >>> 0 ? 1 : 0;
    this.#offsetLow = (low - (ticks >>> 0)) >>> 0;
    this.#offsetHigh = (high - Math.floor(ticks / two32) - borrow) >>> 0;
  }

  hasReached(low: number, high: number): boolean {
    return this.#ticksUntil(low, high) <= 0;
  }

  /** Guest time at which the counter reaches a value: not later than now if it has, `Infinity` if never. */
  deadlineOf(low: number, high: number): Nanoseconds {
    const ticks = this.#ticks() + Math.max(0, this.#ticksUntil(low, high));
    const deadline = ticks * this.#nanosecondsPerTick;
    return deadline <= Number.MAX_SAFE_INTEGER ? deadline : Number.POSITIVE_INFINITY;
  }

  save(): GuestCounterState {
    return { offsetLow: this.#offsetLow, offsetHigh: this.#offsetHigh };
  }

  restore(state: GuestCounterState): void {
    this.#offsetLow = state.offsetLow;
    this.#offsetHigh = state.offsetHigh;
  }

  /** Exact where it matters: a difference that a double rounds is beyond every reachable time. */
  #ticksUntil(low: number, high: number): number {
    return (high - this.high) * two32 + (low - this.low);
  }

  /** Exact below 2^53 ns, where a division alone could round up to the next tick. */
  #ticks(): number {
    const now = this.#timers.now();
    return (now - (now % this.#nanosecondsPerTick)) / this.#nanosecondsPerTick;
  }
}

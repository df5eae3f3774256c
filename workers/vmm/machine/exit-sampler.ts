/**
 * Which of many events are looked at: one in N on average, at random distances, so that no rhythm
 * of a guest decides what is seen. N follows how often the events come: what looking costs stays
 * below a hundredth of the time, but for the first few hundred looks. Each event that is looked at stands
 * for the N of its moment, whatever came of it, so sums over the looks are unbiased (Horvitz & Thompson,
 * 1952). None stands for more than a small part of the events so far: of a short run all are looked at,
 * and in a longer one no single event that the host has interrupted decides what is seen.
 *
 * Random here is a sequence that is the same each time. No guest can tell it.
 */
import type { Nanoseconds } from "../base/units.ts";

/** A look takes half a microsecond to one, for the caches it needs are not warm. */
const dense: Nanoseconds = 100_000;
const sparse: Nanoseconds = 400_000;
const mostLog2 = 20;
/** Of a short run all are looked at: a quarter of a millisecond at most, once. */
const first = 256;
/** Behind them a look stands for no more than one of so many parts of the events so far. */
const parts = 64;

export class ExitSampler {
  #meanLog2 = 0;
  #last: Nanoseconds = Number.NEGATIVE_INFINITY;
  #random = 0x2545_f491;
  /** Events until the next look, from the first one on. */
  #events = 0;

  /** How many events the next look stands for. */
  get weight(): number {
    return 2 ** this.#meanLog2;
  }

  /** @returns the distance to the next event to look at, from 1 on; its mean is the weight */
  next(now: Nanoseconds): number {
    const since = now - this.#last;
    this.#last = now;
    const enough = Math.max(first, 2 * this.weight * parts);
    const mayGrow = this.#meanLog2 < mostLog2 && this.#events >= enough;
    if (since < dense && mayGrow) this.#meanLog2++;
    else if (since > sparse) {
      const tooMany = Math.floor(Math.log2(since / dense));
      this.#meanLog2 = Math.max(0, this.#meanLog2 - tooMany);
    }
    // Marsaglia, Xorshift RNGs (Journal of Statistical Software 8, 2003).
    let x = this.#random;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#random = x;
    const distance = 1 + ((x >>> 0) % (2 * this.weight - 1));
    this.#events += distance;
    return distance;
  }
}

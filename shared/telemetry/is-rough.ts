import type { ExitTime } from "../schema/exit-report.ts";

const fewSamples = 10;
/** Of a total: what one exit may have in it. */
const largePart = 1 / 4;
/** Nanoseconds and times as long as usual, from which on the engine takes one for itself only. */
const interrupted = { longest: 1_000_000, manyTimes: 64 };

/**
 * Whether times are estimated from so few of several exits, or have one so long among them, that a single
 * one which the host interrupted may be much of the total.
 */
export function isRough(time: ExitTime | undefined, count: number): boolean {
  if (time === undefined || time.samples >= count) return false;
  const { samples, total, mean, max } = time;
  // What a timed one stands for on average.
  const weight = mean === 0 ? 1 : total / mean / samples;
  const standsForItself = max > interrupted.longest && max > interrupted.manyTimes * mean;
  const part = standsForItself ? max : max * weight;
  return samples < fewSamples || (weight > 1 && part > total * largePart);
}

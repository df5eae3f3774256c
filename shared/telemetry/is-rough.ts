import type { ExitTime } from "../schema/exit-report.ts";

const fewSamples = 10;
/** Of a total: what one exit may have in it. */
const largePart = 1 / 4;

/**
 * Whether times are estimated from so few of several exits, or have one so long among them, that a single
 * one which the host interrupted may be much of the total.
 */
export function isRough(time: ExitTime | undefined, count: number): boolean {
  if (time === undefined || time.samples >= count) return false;
  const { samples, total, mean, max } = time;
  // What a timed one stands for on average.
  const weight = mean === 0 ? 1 : total / mean / samples;
  return samples < fewSamples || (weight > 1 && max * weight > total * largePart);
}

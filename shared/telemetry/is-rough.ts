import type { ExitTime } from "../schema/exit-report.ts";

const fewSamples = 10;

/** Whether times are estimated from so few of several exits that one which was interrupted may be half of it. */
export function isRough(time: ExitTime | undefined, count: number): boolean {
  return time !== undefined && time.samples < fewSamples && time.samples < count;
}

import type { TimeSplit } from "../schema/exit-report.ts";

/** Nanoseconds that a split is about: all of its parts together. */
export function wallTime({ guest, monitor, idle, waiting, paused, driver }: TimeSplit): number {
  return guest + monitor + idle + waiting + paused + driver;
}

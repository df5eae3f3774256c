import type { Nanoseconds } from "../../base/units.ts";

/** Least time between the moments at which two ends of a cable see a frame. */
export const networkLatency: Nanoseconds = 20_000;

/** A frame on a cable of 1 Gbit/s takes 8 ns for each byte. */
export function travelTime(frame: Uint8Array): Nanoseconds {
  return networkLatency + 8 * frame.length;
}

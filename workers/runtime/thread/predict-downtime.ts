import type { Nanoseconds } from "../../vmm/mod.ts";

const pageBytes = 4096;
/** What a connection between workers has carried in benchmarks on one machine, pages and all. */
const usualBytesPerSecond = 400e6;
/** A guest that writes faster than that is held back in time, or stands still for all of it. */
const mostRounds = 16;
/** What is left when a guest is usually stopped. */
const fewPages = 64;

/**
 * How long a guest would stand still if it were moved by pre-copy now: what it writes while a round is
 * sent is the next round (Clark et al., Live Migration of Virtual Machines, NSDI 2005).
 *
 * @param resident pages
 */
export function predictDowntime(resident: number, dirtiedPerSecond: number): Nanoseconds {
  const secondsOf = (pages: number) => (pages * pageBytes) / usualBytesPerSecond;
  let left = resident;
  for (let round = 0; round < mostRounds && left > fewPages; round++) {
    left = Math.min(resident, dirtiedPerSecond * secondsOf(left));
  }
  return Math.round(secondsOf(left) * 1e9);
}

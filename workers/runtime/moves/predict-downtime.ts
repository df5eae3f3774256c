import type { ExitGauges } from "../../../shared/schema/exit-report.ts";
import type { Nanoseconds } from "../../vmm/mod.ts";
import type { MoveRate } from "./move-rate.ts";

/** A guest that writes faster than that is held back in time, or stands still for all of it. */
const mostRounds = 16;
/** What is left when a guest is usually stopped. */
const fewPages = 64;

/**
 * How long a guest would stand still if it were moved by pre-copy now: what it writes while a round is
 * sent is the next round (Clark et al., Live Migration of Virtual Machines, NSDI 2005).
 *
 * @returns undefined where nobody has looked at what it writes
 */
export function predictDowntime(
  { residentPages, dirtyPagesPerSecond }: Pick<ExitGauges, "residentPages" | "dirtyPagesPerSecond">,
  { pagesPerSecond, least }: Pick<MoveRate, "pagesPerSecond" | "least">,
): Nanoseconds | undefined {
  if (dirtyPagesPerSecond === undefined) return undefined;
  let left = residentPages;
  for (let round = 0; round < mostRounds && left > fewPages; round++) {
    left = Math.min(residentPages, (dirtyPagesPerSecond * left) / pagesPerSecond);
  }
  return Math.round((least / 1000 + left / pagesPerSecond) * 1e9);
}

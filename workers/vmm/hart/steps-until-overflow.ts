/**
 * When the event counters of one hart may overflow next: the monitor gives a hart no budget beyond
 * that, and has the engine look for overflows (`Engine.updateCounters`) when it is used up. So the
 * interrupt comes behind exactly the instruction that lets a counter wrap.
 */
import type { Instructions } from "../base/units.ts";
import { eventCounters, firstEventCounter } from "../isa/hart-layout.ts";
import { counterEvent } from "./event-counters.ts";
import type { Hart } from "./hart.ts";

const wrap = 1n << 64n;

/** Steps of the hart after which a counter may overflow, at the earliest. */
export function stepsUntilOverflow(hart: Hart): Instructions {
  let least = Number.POSITIVE_INFINITY;
  const armed = hart.get("countersArmed");
  if (armed === 0) return least;
  const steps = hart.wide("stepsEnd") - BigInt(hart.get("budget"));
  for (let index = 0; index < eventCounters; index++) {
    if (((armed >>> index) & 1) === 0) continue;
    const number = firstEventCounter + index;
    const event = hart.wide(`mhpmevent${number}` as "mhpmevent3") & counterEvent.selector;
    const count = event === counterEvent.instructions ? steps - hart.wide("exceptions") : steps;
    const distance = hart.wide(`mhpmcounter${number}` as "mhpmcounter3");
    const value = BigInt.asUintN(64, distance + count);
    least = Math.min(least, Number(wrap - value));
  }
  return least;
}

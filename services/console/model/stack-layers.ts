import type { Interval } from "./history.ts";
import { isTimePart, timeParts } from "./time-parts.ts";

export interface StackLayer {
  readonly name: string;
  /** Share of each interval's time, from 0 to 1, of this layer alone. */
  readonly shares: readonly number[];
  /** Upper edge of the layer in each interval: its share and those of all below. */
  readonly tops: readonly number[];
}

/**
 * Intervals as layers, the lowest first: what is at the bottom is the least interesting, and so is
 * compared most easily. Exits lie on the guest's own time, those that took most next to it.
 *
 * @param what `all`: shares of the whole time; `exits`: of the time in the monitor
 */
export function stackLayers(
  intervals: readonly Interval[],
  what: "all" | "exits",
): readonly StackLayer[] {
  const names = namesByTime(intervals).filter((name) => what === "all" || !isTimePart(name));
  const wholes = intervals.map(({ times }) =>
    names.reduce((sum, name) => sum + (times.get(name) ?? 0), 0),
  );
  const tops = intervals.map(() => 0);
  return names.map((name) => {
    const shares = intervals.map(({ times }, index) => {
      const whole = wholes[index] ?? 0;
      return whole > 0 ? (times.get(name) ?? 0) / whole : 0;
    });
    shares.forEach((share, index) => {
      tops[index] = (tops[index] ?? 0) + share;
    });
    return { name, shares, tops: [...tops] };
  });
}

/** Guest, exits by what they took in all, then the other parts of the time. */
function namesByTime(intervals: readonly Interval[]): string[] {
  const sums = new Map<string, number>();
  for (const { times } of intervals) {
    for (const [name, time] of times) sums.set(name, (sums.get(name) ?? 0) + time);
  }
  const exits = [...sums.keys()]
    .filter((name) => !isTimePart(name))
    .sort((a, b) => (sums.get(b) ?? 0) - (sums.get(a) ?? 0) || (a < b ? -1 : 1));
  const [guest, ...others] = timeParts;
  return [guest, ...exits, ...others].filter((name) => (sums.get(name) ?? 0) > 0);
}

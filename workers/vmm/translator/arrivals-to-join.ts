/** A region of so many instructions is joined after `HeatPolicy.joinArrivals`, others by their size. */
const usualInstructions = 200;
const fewest = 0.16;
/** They are counted in 32 bits. */
const most = 2 ** 31 - 1;

/**
 * Arrivals at an entry from other regions after which the two are made one. Making it costs what its
 * instructions cost, and an arrival always costs the same: small ones are joined early, and one that
 * has grown is not made anew for each small function that it calls.
 *
 * @param instructions of both regions
 */
export function arrivalsToJoin(usual: number, instructions: number): number {
  const own = usual * Math.max(fewest, instructions / usualInstructions);
  return Math.min(most, Math.max(1, Math.round(own)));
}

const first = 1000;
const longest = 30_000;

/**
 * Milliseconds to wait before a process is started again: doubled with each end in a row, so that one
 * that cannot live costs no core, and one that was struck once is back soon.
 *
 * @param ends how often it has ended in a row, from 1
 */
export function restartDelay(ends: number): number {
  return Math.min(longest, first * 2 ** (ends - 1));
}

/**
 * Whether what is left can be sent while the guest stands still. A pure function of what was measured.
 */
import type { Bytes, Pages } from "../base/units.ts";
import { pageBytes } from "../memory/layout.ts";

export type Milliseconds = number;

export interface RoundStatistics {
  /** Rounds that are done. */
  readonly rounds: number;
  /** Pages written since they were sent. */
  readonly dirtyPages: Pages;
  /** What a page took in the last round. */
  readonly bytesPerPage: Bytes;
  /** What the channel took in the last round. */
  readonly bytesPerMillisecond: number;
  /** Pages dirtied in the last round and the time that it took. */
  readonly dirtiedPages: Pages;
  readonly roundMilliseconds: Milliseconds;
}

export interface ConvergenceLimits {
  /** How long the guest may stand still. */
  readonly downtime: Milliseconds;
  /** After so many rounds it is stopped in any case. */
  readonly mostRounds: number;
}

/** How long the guest would stand still if it were stopped now, without what making a machine takes. */
export function expectedDowntime(statistics: RoundStatistics): Milliseconds {
  const { dirtyPages, bytesPerPage, bytesPerMillisecond } = statistics;
  if (dirtyPages === 0) return 0;
  return (dirtyPages * bytesPerPage) / bytesPerMillisecond;
}

export function isConverged(statistics: RoundStatistics, limits: ConvergenceLimits): boolean {
  return statistics.rounds >= limits.mostRounds || expectedDowntime(statistics) <= limits.downtime;
}

/**
 * How much of the time a guest gets in the next round, from 0 to 1. One that dirties
 * pages nearly as fast as they are sent is held back, more with each round; one that does not, or not
 * any more, gets all. It does not notice: its time is the instructions that it executes.
 *
 * @param part what it had in this round
 * @param share what it might have had: where it had less, sending took the time
 * @see QEMU's `auto-converge`, which begins at 20 % and goes to 99 %
 */
export function nextShare(part: number, statistics: RoundStatistics, share = part): number {
  const { dirtiedPages, bytesPerPage, bytesPerMillisecond, roundMilliseconds } = statistics;
  const sent = bytesPerMillisecond * roundMilliseconds;
  // The first round has sent what lies there, too, which compresses better than what was written lately.
  const dirtied = dirtiedPages * (statistics.rounds === 1 ? pageBytes : bytesPerPage);
  const isLosing = dirtied > sent / 2;
  if (!isLosing) return share;
  // So that it would have dirtied half of what was sent, but in steps: one round says little.
  const wanted = Math.min(leastStep, Math.max(largestStep, sent / 2 / dirtied));
  return Math.max(leastShare, part * wanted);
}

const leastShare = 0.01;
/** What a guest that is held back keeps of its instructions, at the most and at the least. */
const leastStep = 0.7;
const largestStep = 0.25;

import { openPool, runOnPool } from "./pool-guest.ts";
import { residentAtRest } from "./resident-at-rest.ts";
import type { ShortVms } from "./vms-in-turn.ts";

const vms = 10_000;
const marks = [1000, 2000, 5000, vms];
const threads = 2;
/** Runs at a time. */
const concurrency = 4;

/**
 * 10,000 runs in one worker, one after another on two threads, a few at a time, each from its start
 * to its report.
 *
 * @throws Error when one of them does not end well
 */
export async function poolShortVms(): Promise<ShortVms> {
  const { pool, close } = await openPool(threads);
  const resident: Record<string, number> = {};
  const { signal } = new AbortController();
  let seconds = 0;
  let started = 0;
  for (const mark of marks) {
    const began = performance.now();
    const one = async () => {
      while (started < mark) {
        started += 1;
        await runOnPool(pool, "timer", signal);
      }
    };
    await Promise.all(Array.from({ length: concurrency }, one));
    seconds += (performance.now() - began) / 1000;
    resident[String(mark)] = await residentAtRest();
  }
  await close();
  return { vms, seconds, residentMebibytes: resident };
}

import type { Nanoseconds } from "../vmm/mod.ts";

/**
 * A monotonic clock that starts at 0 when it is made: host time for a machine with `time: "host"`.
 */
export function startClock(): () => Nanoseconds {
  const start = performance.now();
  return () => Math.floor((performance.now() - start) * 1e6);
}

import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { StoppableClock } from "./stoppable-clock.ts";

test("a stopped clock stands still and then goes on from where it was", async () => {
  const clock = new StoppableClock();
  await setTimeout(5);
  clock.stop();
  const stopped = clock.now();
  await setTimeout(20);
  expect(clock.now()).toBe(stopped);
  clock.stop();
  const before = performance.now();
  clock.go();
  clock.go();
  const gone = clock.now() - stopped;
  expect(gone).toBeGreaterThanOrEqual(0);
  // However long this process was kept from its processor meanwhile.
  expect(gone / 1e6).toBeLessThanOrEqual(performance.now() - before);
});

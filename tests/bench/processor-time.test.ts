import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { processorMilliseconds } from "./processor-time.ts";

const reason = existsSync("/proc/self/task") ? "" : " (skipped: no /proc here)";

test.skipIf(reason !== "")(`a process that computes spends processor time${reason}`, () => {
  const before = processorMilliseconds(process.pid);
  while (processorMilliseconds(process.pid) === before) Math.hypot(3, 4);
  expect(before).toBeGreaterThan(0);
});

test("a process that does not exist has none", () => {
  expect(() => processorMilliseconds(2 ** 30)).toThrow();
});

import { describe, expect, test } from "vitest";
import type { ExitReport } from "./exit-report.ts";
import type { RunExits } from "./run-exits.ts";
import { fromStoredExits, parseStoredExits, toStoredExits } from "./stored-exits.ts";

const time = {
  ...{ total: 1000, samples: 3, min: 1, mean: 2.5, p50: 2, p99: 4, max: 4 },
  buckets: Array.from({ length: 40 }, (_, i): [number, number] => [2 ** i, i]),
};
const parts = [
  { name: "uart0", count: 4 },
  { name: "plic0", count: 1 },
];
const categories = Array.from({ length: 30 }, (_, i) => `category.${i}`);
const report: ExitReport = {
  instructions: 1000,
  rows: categories.map((category, i) => {
    return i % 2 === 0 ? { category, count: 5, time, parts } : { category, count: 0 };
  }),
  time: { guest: 1, monitor: 2, idle: 3, waiting: 4, paused: 5, driver: 6 },
};

function run(steps: number): Omit<RunExits, "moves" | "submission"> {
  return {
    ...{ state: "running", epoch: 2, worker: "w", runtime: "node 26", total: report },
    steps: Array.from({ length: steps }, (_, i) => {
      return { name: `step ${i}`, kind: "expect", atInstruction: i, report };
    }),
    stays: [{ worker: "w", runtime: "node 26", epoch: 2, from: 0, to: 1000 }],
  };
}

describe("what is stored of a run's exits", () => {
  test("is all of it, and leaves out the rows that say nothing", () => {
    const text = JSON.stringify(toStoredExits(run(2)));
    expect(text.match(/category\.1"/g)).toHaveLength(1);
    const stored = parseStoredExits(text);
    expect(stored && fromStoredExits(stored)).toEqual(run(2));
  });

  test.each([20, 200])("stays small with %i steps, and keeps all their counts", (steps) => {
    const text = JSON.stringify(toStoredExits(run(steps)));
    expect(text.length).toBeLessThan(steps > 100 ? 192 * 1024 : 65_537);
    const stored = parseStoredExits(text);
    const whole = stored && fromStoredExits(stored);
    expect(whole?.total).toEqual(report);
    expect(whole?.steps).toHaveLength(steps);
    const counts = report.rows.map(({ count }) => count);
    for (const step of whole?.steps ?? []) {
      expect(step.report.rows.map(({ count }) => count)).toEqual(counts);
    }
  });

  test.each([null, "", "{", "{}", "[1]"])("is nothing where there is %j", (text) => {
    expect(parseStoredExits(text)).toBeUndefined();
  });
});

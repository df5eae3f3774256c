import { expect, test } from "vitest";
import type { ExitReport, ExitTime } from "../../schema/exit-report.ts";
import { ExitDurations } from "./exit-durations.ts";

const nothing = { guest: 0, monitor: 0, idle: 0, waiting: 0, paused: 0, driver: 0 };

function report(buckets: [number, number][], total: number): ExitReport {
  const samples = buckets.reduce((sum, [, count]) => sum + count, 0);
  const time: ExitTime = { total, samples, min: 1, mean: 1, p50: 1, p99: 1, max: 1, buckets };
  const rows = [
    { category: "csr", count: samples, time },
    { category: "wfi", count: 3 },
  ];
  return { instructions: 1, rows, time: nothing };
}

test("a run's histogram is counted once, however often the run reports", () => {
  const durations = new ExitDurations();
  const first = report([[400, 10]], 4000);
  const second = report(
    [
      [400, 15],
      [9000, 2],
    ],
    24_000,
  );
  durations.add(first, undefined);
  durations.add(second, first);
  durations.add(second, second);
  const [point, ...others] = durations.points();
  expect(others).toEqual([]);
  expect(point).toMatchObject({ category: "csr", count: 17 });
  expect(point?.sum).toBeCloseTo(24e-6, 12);
  const at = (seconds: number) => point?.counts[durations.boundaries.indexOf(seconds)];
  expect([at(5e-7), at(1e-5)]).toEqual([15, 2]);
});

test("an estimate that was corrected downwards takes nothing back", () => {
  const durations = new ExitDurations();
  const first = report([[400, 10]], 4000);
  durations.add(first, undefined);
  durations.add(report([[400, 8]], 3000), first);
  expect(durations.points()).toMatchObject([{ count: 10 }]);
});

test("what took longer than the last boundary is in the last bucket", () => {
  const durations = new ExitDurations();
  durations.add(report([[5e9, 1]], 5e9), undefined);
  expect(durations.points()[0]?.counts.at(-1)).toBe(1);
});

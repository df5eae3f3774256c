import { expect, test } from "vitest";
import type { ExitReport, ExitTime } from "../../schema/exit-report.ts";
import { metricTable } from "../metrics.ts";
import { ExitDurations } from "./exit-durations.ts";

const boundaries = metricTable["vm.exit.duration"].buckets;

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
  const [point, ...others] = durations.points("vm.exit.duration");
  expect(others).toEqual([]);
  expect(point).toMatchObject({ attributes: { "vm.exit.category": "csr" }, count: 17 });
  expect(point?.sum).toBeCloseTo(24e-6, 12);
  const at = (seconds: number) => point?.counts[boundaries.indexOf(seconds)];
  expect([at(5e-7), at(1e-5)]).toEqual([15, 2]);
});

test("an estimate that was corrected downwards takes nothing back", () => {
  const durations = new ExitDurations();
  const first = report([[400, 10]], 4000);
  durations.add(first, undefined);
  durations.add(report([[400, 8]], 3000), first);
  expect(durations.points("vm.exit.duration")).toMatchObject([{ count: 10 }]);
});

test("what took longer than the last boundary is in the last bucket", () => {
  const durations = new ExitDurations();
  durations.add(report([[5e9, 1]], 5e9), undefined);
  expect(durations.points("vm.exit.duration")[0]?.counts.at(-1)).toBe(1);
});

test("what exits were about has durations of its own, under the names that it may have", () => {
  const durations = new ExitDurations();
  const [row, ...others] = report([[400, 10]], 4000).rows;
  const time = row?.time as ExitTime;
  const parts = ["stimecmp", "guest-chosen"].map((name) => ({ name, count: 5, time }));
  const rows = [{ category: "csr", count: 20, time, parts }, ...others];
  const nameOf = (_: string, part: string) => (part === "stimecmp" ? part : "others");
  durations.add({ instructions: 1, rows, time: nothing }, undefined, nameOf);
  const points = durations.points("vm.exit.part.duration");
  expect(points.map(({ attributes, count }) => [attributes["vm.exit.part.name"], count])).toEqual([
    ["stimecmp", 10],
    ["others", 10],
  ]);
});

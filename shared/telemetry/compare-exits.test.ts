import { expect, test } from "vitest";
import type { ExitReport, ExitRow } from "../schema/exit-report.ts";
import { compareExits } from "./compare-exits.ts";

const report = (rows: readonly ExitRow[], guest: number, monitor: number): ExitReport => ({
  ...{ instructions: 2_000_000, rows: [...rows] },
  time: { guest, monitor, idle: 0, waiting: 0, paused: 0, driver: 0 },
});
const timed = (category: string, count: number, total: number): ExitRow => ({
  ...{ category, count },
  time: { total, samples: 1, min: 1, mean: 1, p50: 1, p99: 1, max: 1 },
});

test("runs stand beside each other, with what takes most time first and the sums below", () => {
  const runs = [
    {
      name: "UART",
      report: report([timed("csr", 3, 10), timed("mmio.write", 997, 3e6)], 7e6, 3e6),
    },
    {
      name: "virtio",
      report: report([{ category: "csr", count: 0 }, timed("doorbell", 5, 500)], 9e6, 500),
    },
  ];
  expect(compareExits(runs)).toBe(`\
exit                    UART     time     virtio     time
mmio.write               997  3.00 ms
csr                        3    10 ns
doorbell                                       5   500 ns
all exits              1,000  3.00 ms          5   500 ns
instructions       2,000,000           2,000,000
exits per million        500                   3
the run                       10.0 ms             9.00 ms
in the monitor                   30 %                 0 %
`);
});

test("where nothing was timed there are counts only", () => {
  const run = { name: "s-1", report: report([{ category: "csr", count: 3 }], 0, 0) };
  expect(compareExits([run, { ...run, name: "s-2" }])).toBe(`\
exit                     s-1        s-2
csr                        3          3
all exits                  3          3
instructions       2,000,000  2,000,000
exits per million          2          2
`);
});

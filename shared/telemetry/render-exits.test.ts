import { expect, test } from "vitest";
import type { ExitReport } from "../schema/exit-report.ts";
import { renderExits } from "./render-exits.ts";

const none = { guest: 0, monitor: 0, idle: 0, waiting: 0, paused: 0, driver: 0 };
const time = { samples: 800, min: 40, mean: 300, p50: 280, p99: 2400, max: 30_000 };
const report: ExitReport = {
  instructions: 4_000_000,
  rows: [
    { category: "csr", count: 0 },
    { category: "exception", count: 5 },
    { category: "mmio.write", count: 1000, time: { ...time, total: 300_000 } },
    { category: "mmu.fill", count: 8995, time: { ...time, total: 2_700_000 } },
  ],
  time: { ...none, guest: 6e6, monitor: 3e6, idle: 1e6 },
};

test("exits are a table, what takes most time first", () => {
  expect(renderExits(report)).toBe(`\
exit        count   share     time   share    min    mean     p50      p99      max
mmu.fill    8,995  90.0 %  2.70 ms  90.0 %  40 ns  300 ns  280 ns  2.40 µs  30.0 µs
mmio.write  1,000  10.0 %   300 µs  10.0 %  40 ns  300 ns  280 ns  2.40 µs  30.0 µs
exception       5   0.1 %

10,000 exits in 4,000,000 instructions, 2500.0 per million
10.0 ms: guest 60.0 %, monitor 30.0 %, idle 10.0 %
`);
});

test("what the monitor does for itself is told apart: a result counts the guest's exits only", () => {
  const own = [
    { category: "pause", count: 2 },
    { category: "memory.cow", count: 1000 },
  ];
  expect(renderExits({ ...report, rows: [...report.rows, ...own] })).toContain(
    "11,002 exits in 4,000,000 instructions, 2750.5 per million; 1,002 of them the monitor's own\n",
  );
});

test("guest and monitor are named also where all of the time went elsewhere", () => {
  const rows = [{ category: "wfi", count: 3, time: { ...time, samples: 3, total: 2e6 } }];
  expect(renderExits({ ...report, rows, time: { ...none, monitor: 2e6, driver: 2e6 } })).toMatch(
    /^4\.00 ms: guest 0\.0 %, monitor 50\.0 %, console and files 50\.0 %$/m,
  );
});

test("parts have their times, and those that are next to nothing are told together", () => {
  const part = (name: string, count: number, total: number) => {
    return { name, count, time: { ...time, mean: 1, max: 1, total } };
  };
  const rare = ["sie", "sip", "satp", "stvec"].map((name, i) => part(name, i + 1, 4 - i));
  const parts = [part("stimecmp", 600, 6e6), part("time", 390, 4e6), ...rare];
  const row = { category: "csr", count: 1000, time: { ...time, total: 10_000_010 }, parts };
  const lines = renderExits({ ...report, rows: [row] }).split("\n");
  expect(lines.slice(2, 6).map((line) => line.trim().split(/ {2,}/).slice(0, 5))).toEqual([
    ["stimecmp", "600", "60.0 %", "6.00 ms", "60.0 %"],
    ["time", "390", "39.0 %", "4.00 ms", "40.0 %"],
    ["sie", "1", "0.1 %", "4 ns", "0.0 %"],
    ["sip", "2", "0.2 %", "3 ns", "0.0 %"],
  ]);
});

test("an estimate from few of several exits is marked, and none that rests on each of them", () => {
  const few = { ...time, samples: 3, total: 2e6 };
  const lineOf = (count: number) =>
    renderExits({ ...report, rows: [{ category: "wfi", count, time: few }] });
  expect(lineOf(4)).toMatch(/~2\.00 ms/);
  expect(lineOf(3)).not.toContain("~");
});

test("an estimate is marked where a single exit may be much of it", () => {
  const lineOf = (max: number) => {
    const long = { ...time, samples: 1000, mean: 500, total: 50_000_000, max };
    return renderExits({ ...report, rows: [{ category: "mmu.fill", count: 100_000, time: long }] });
  };
  // Each that was timed stands for a hundred.
  expect(lineOf(100_000)).not.toContain("~");
  expect(lineOf(200_000)).toMatch(/~50\.0 ms/);
});

test("a machine that has done nothing has no table", () => {
  expect(renderExits({ instructions: 0, rows: [{ category: "csr", count: 0 }], time: none })).toBe(
    "no exits yet\n",
  );
});

test("where nothing was timed there are no times", () => {
  const rows = report.rows.map(({ category, count }) => ({ category, count }));
  expect(renderExits({ instructions: 4_000_000, rows, time: none })).toBe(`\
exit        count   share
mmu.fill    8,995  90.0 %
mmio.write  1,000  10.0 %
exception       5   0.1 %

10,000 exits in 4,000,000 instructions, 2500.0 per million
`);
});

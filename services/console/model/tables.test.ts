import { expect, test } from "vitest";
import type { ExitReport, ExitRow } from "../../../shared/schema/exit-report.ts";
import { comparedLines, comparedSums } from "./compared-lines.ts";
import { exitLines } from "./exit-lines.ts";
import { formatBytes } from "./format-bytes.ts";
import { millions } from "./millions.ts";
import { timedExits } from "./timed-exits.ts";
import { traceLink } from "./trace-link.ts";

const time = { samples: 12, min: 40, mean: 300, p50: 280, p99: 2400, max: 30_000 };
const row = (category: string, count: number, total?: number): ExitRow => ({
  ...{ category, count },
  ...(total !== undefined && { time: { ...time, total } }),
});
const report = (rows: ExitRow[], guest = 6e6): ExitReport => ({
  ...{ instructions: 4_000_000, rows },
  time: { guest, monitor: 3e6, idle: 1e6, waiting: 0, paused: 0, driver: 0 },
});

test("what takes most time is the first line; what did not happen is none", () => {
  const lines = exitLines(
    report([
      row("csr", 0),
      row("exception", 5),
      row("mmio.write", 1000, 3e5),
      row("mmu.fill", 8995, 2.7e6),
    ]),
  );
  expect(lines.map(({ name, cells }) => [name, ...cells])).toEqual([
    [
      ...["mmu.fill", "8,995", "90.0 %", "2.70 ms", "90.0 %"],
      ...["40 ns", "300 ns", "280 ns", "2.40 µs", "30.0 µs"],
    ],
    [
      ...["mmio.write", "1,000", "10.0 %", "300 µs", "10.0 %"],
      ...["40 ns", "300 ns", "280 ns", "2.40 µs", "30.0 µs"],
    ],
    ["exception", "5", "0.1 %", "", "", "", "", "", "", ""],
  ]);
});

test("the table can be sorted by any column, both ways", () => {
  const rows = [row("csr", 9), row("wfi", 5, 10), row("mmu.fill", 7, 20)];
  const names = (by: "count" | "exit", descending: boolean) =>
    exitLines(report(rows), { by, descending }).map(({ name }) => name);
  expect(names("count", true)).toEqual(["csr", "mmu.fill", "wfi"]);
  expect(names("count", false)).toEqual(["wfi", "mmu.fill", "csr"]);
  expect(names("exit", false)).toEqual(["csr", "mmu.fill", "wfi"]);
});

test("the parts of a category have shares of the whole", () => {
  const parts = [
    { name: "uart", count: 3, time: { ...time, total: 5 } },
    { name: "plic", count: 1 },
  ];
  const [line] = exitLines(report([{ ...row("mmio.read", 4, 10), parts }, row("csr", 4, 10)]));
  expect(line?.parts.map(({ name, cells }) => [name, ...cells.slice(0, 4)])).toEqual([
    ["uart", "3", "37.5 %", "5 ns", "25.0 %"],
    ["plic", "1", "12.5 %", "", ""],
  ]);
});

test("what was timed has a histogram, and so have its parts", () => {
  const seen = {
    ...time,
    buckets: [[1, 0] satisfies [number, number], [2, 3] satisfies [number, number]],
  };
  const parts = [
    { name: "plic0", count: 9, time: { ...seen, total: 1 } },
    { name: "uart0", count: 3, time: { ...seen, total: 5 } },
  ];
  const rows = [
    row("csr", 4, 10),
    { category: "mmio.read", count: 12, time: { ...seen, total: 6 }, parts },
    { category: "mmu.fill", count: 1, time: { ...seen, total: 7 } },
  ];
  expect(timedExits(report(rows)).map(({ name }) => name)).toEqual([
    ...["mmu.fill", "mmio.read", "mmio.read: uart0", "mmio.read: plic0"],
  ]);
});

test("two runs stand beside each other with how many times as much the second one has", () => {
  const a = report([row("mmio.write", 1000, 3e6), row("csr", 3)]);
  const b = report([row("mmio.write", 10, 6e6), row("doorbell", 5, 500)], 9e6);
  expect(comparedLines(a, b)).toEqual([
    {
      ...{ name: "mmio.write", counts: ["1,000", "10"], times: ["3.00 ms", "6.00 ms"] },
      ...{ countRatio: "×0.010", timeRatio: "×2.00" },
    },
    { name: "doorbell", counts: ["", "5"], times: ["", "500 ns"], countRatio: "", timeRatio: "" },
    { name: "csr", counts: ["3", ""], times: ["", ""], countRatio: "", timeRatio: "" },
  ]);
  expect(comparedSums(a, b).map(({ name, counts, times }) => [name, ...counts, ...times])).toEqual([
    ["all exits", "1,003", "15", "3.00 ms", "3.00 ms"],
    ["exits per million instructions", "251", "4", "", ""],
    ["instructions, and the run's time", "4,000,000", "4,000,000", "10.0 ms", "13.0 ms"],
    ["idle", "", "", "1.00 ms", "1.00 ms"],
  ]);
});

test.each([
  [999_999, "999,999"],
  [1_234_567, "1.23 million"],
  [545_593_984, "546 million"],
  [12_300_000_000, "12.3 billion"],
])("%d instructions are %s", (instructions, text) => expect(millions(instructions)).toBe(text));

test.each([
  [0, "0 B"],
  [1023, "1023 B"],
  [3481, "3.4 KiB"],
  [12 * 2 ** 20, "12 MiB"],
])("%d bytes are %s", (bytes, text) => expect(formatBytes(bytes)).toBe(text));

test("a trace's link has its id, and is an address of the web or none", () => {
  const trace = "0af7651916cd43dd8448eb211c80319c";
  expect(traceLink("https://traces.example/t/{trace}", trace)).toBe(
    `https://traces.example/t/${trace}`,
  );
  expect(traceLink(undefined, trace)).toBeUndefined();
  expect(traceLink("https://traces.example/t/{trace}", "../admin")).toBeUndefined();
  expect(traceLink("javascript:alert('{trace}')", trace)).toBeUndefined();
});

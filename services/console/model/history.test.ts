import fc from "fast-check";
import { expect, test } from "vitest";
import type { ExitReport } from "../../../shared/schema/exit-report.ts";
import type { RunExits } from "../../../shared/schema/run-exits.ts";
import { extendHistory } from "./history.ts";

const time = { samples: 1, min: 1, mean: 1, p50: 1, p99: 1, max: 1 };

function report(instructions: number, guest: number, spent: Readonly<Record<string, number>>) {
  const rows = Object.entries(spent).map(([category, total]) => ({
    ...{ category, count: 1 },
    time: { ...time, total },
  }));
  const monitor = Object.values(spent).reduce((sum, each) => sum + each, 0);
  const split = { guest, monitor, idle: 0, waiting: 0, paused: 0, driver: 0 };
  return { instructions, rows, time: split } satisfies ExitReport;
}

function run(total: ExitReport, more: Partial<RunExits> = {}): RunExits {
  return {
    ...{
      submission: "s-aaaaaaaaaaaaaaaa",
      state: "running",
      epoch: 1,
      worker: "w",
      runtime: "node",
    },
    ...{ total, steps: [], stays: [], moves: [] },
    ...more,
  };
}

test("the first report gives an interval for each step and one for the time since", () => {
  const steps = [
    { name: "boots", kind: "expect", atInstruction: 100, report: report(100, 6e6, { csr: 2e6 }) },
    { name: "", kind: "send", atInstruction: 100, report: report(0, 0, {}) },
  ];
  const { intervals } = extendHistory(undefined, run(report(300, 20e6, { csr: 3e6 }), { steps }));
  expect(intervals).toEqual([
    {
      ...{ from: 0, to: 8e6, fromInstruction: 0, toInstruction: 100 },
      times: new Map([
        ["guest", 6e6],
        ["csr", 2e6],
      ]),
    },
    {
      ...{ from: 8e6, to: 23e6, fromInstruction: 100, toInstruction: 300 },
      times: new Map([
        ["guest", 14e6],
        ["csr", 1e6],
      ]),
    },
  ]);
});

test("a later report gives what has come since, and the same one again gives nothing", () => {
  const first = extendHistory(undefined, run(report(100, 10e6, { csr: 2e6 })));
  const second = extendHistory(first, run(report(200, 15e6, { csr: 2e6, wfi: 5e6 })));
  expect(second.intervals.at(-1)).toEqual({
    ...{ from: 12e6, to: 22e6, fromInstruction: 100, toInstruction: 200 },
    times: new Map([
      ["guest", 5e6],
      ["wfi", 5e6],
    ]),
  });
  expect(extendHistory(second, run(report(200, 15e6, { csr: 2e6, wfi: 5e6 })))).toBe(second);
});

test("whatever reports follow each other, intervals meet, and no time is below zero", () => {
  const spent = fc.record({ guest: fc.nat(1e9), csr: fc.nat(1e8), wfi: fc.nat(1e8) });
  fc.assert(
    fc.property(fc.array(spent, { minLength: 1, maxLength: 30 }), (reports) => {
      let history: ReturnType<typeof extendHistory> | undefined;
      for (const [index, { guest, ...categories }] of reports.entries()) {
        history = extendHistory(history, run(report(index, guest, categories)));
      }
      for (const [index, { from, to, times }] of (history?.intervals ?? []).entries()) {
        expect(from).toBe(history?.intervals[index - 1]?.to ?? 0);
        expect(to).toBeGreaterThan(from);
        expect([...times.values()].every((time) => time > 0)).toBe(true);
      }
    }),
  );
});

test("a run that began anew has a new history", () => {
  const first = extendHistory(undefined, run(report(100, 90e6, {})));
  const again = extendHistory(first, run(report(10, 5e6, {}), { epoch: 2 }));
  expect(again.intervals).toHaveLength(1);
  expect(again.intervals[0]).toMatchObject({ from: 0, to: 5e6 });
});

test("a page that stays open for days keeps a bounded number of intervals, and all of the time", () => {
  let history = extendHistory(undefined, run(report(1, 2e6, {})));
  for (let round = 2; round < 3000; round++) {
    history = extendHistory(history, run(report(round, round * 2e6, {})));
  }
  const { intervals } = history;
  expect(intervals.length).toBeLessThanOrEqual(600);
  expect(intervals.at(-1)?.to).toBe(2999 * 2e6);
  const spent = intervals.reduce((sum, { times }) => sum + (times.get("guest") ?? 0), 0);
  expect(spent).toBe(2999 * 2e6);
});

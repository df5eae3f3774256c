import { describe, expect, test } from "vitest";
import type { MoveReport } from "../../../shared/schema/move-report.ts";
import { histogramBars } from "./histogram-bars.ts";
import type { Interval } from "./history.ts";
import { logTicks } from "./log-ticks.ts";
import { movePhases } from "./move-phases.ts";
import { stackLayers } from "./stack-layers.ts";
import { stayLanes } from "./stay-lanes.ts";
import { timeMarks } from "./time-marks.ts";

const interval = (from: number, to: number, times: Readonly<Record<string, number>>): Interval => ({
  ...{ from, to, fromInstruction: from, toInstruction: to },
  times: new Map(Object.entries(times)),
});

describe("the stack", () => {
  const intervals = [
    interval(0, 10, { guest: 6, csr: 1, "mmu.fill": 2, idle: 1 }),
    interval(10, 14, { guest: 1, "mmu.fill": 3 }),
  ];

  test("has the guest below, exits on it by what they took, and idle above", () => {
    const layers = stackLayers(intervals, "all");
    expect(layers.map(({ name }) => name)).toEqual(["guest", "mmu.fill", "csr", "idle"]);
    expect(layers.map(({ shares }) => shares)).toEqual([
      [0.6, 0.25],
      [0.2, 0.75],
      [0.1, 0],
      [0.1, 0],
    ]);
    expect(layers.at(-1)?.tops.map((top) => top.toFixed(9))).toEqual([
      "1.000000000",
      "1.000000000",
    ]);
  });

  test("of exits only shares the monitor's time", () => {
    const layers = stackLayers(intervals, "exits");
    expect(layers.map(({ name, shares }) => [name, shares[1]])).toEqual([
      ["mmu.fill", 1],
      ["csr", 0],
    ]);
  });

  test("of nothing is nothing", () => {
    expect(stackLayers([], "all")).toEqual([]);
    expect(stackLayers([interval(0, 1, {})], "all")).toEqual([]);
  });
});

test("a histogram's bars meet where its buckets do; empty buckets have none", () => {
  expect(
    histogramBars([
      [40, 0],
      [80, 12],
      [160, 0],
      [320, 0.5],
    ]),
  ).toEqual([
    { from: 40, to: 80, count: 12 },
    { from: 160, to: 320, count: 0.5 },
  ]);
});

test("a histogram that begins at nothing can be shown on a logarithmic axis", () => {
  expect(
    histogramBars([
      [0, 3],
      [8, 1],
    ]),
  ).toEqual([
    { from: 0.5, to: 1, count: 3 },
    { from: 4, to: 8, count: 1 },
  ]);
});

test.each([
  [40, 320, [10, 100, 1000]],
  [1, 10, [1, 10]],
  [0.5, 1, [0.1, 1]],
  [1000, 1000, [1000, 10_000]],
])("from %d to %d the ticks are %j", (from, to, ticks) => {
  expect(logTicks(from, to)).toEqual(ticks);
});

describe("a move", () => {
  const figures = {
    ...{ rounds: 2, sentBytes: 9, downtime: 5, total: 100, pages: {}, stoppedPages: 1 },
    ...{ laterPages: 0, demandedPages: 0, share: 1 },
    passes: [
      { pages: 5, bytes: 5, dirtiedPages: 1, duration: 60 },
      { pages: 1, bytes: 1, dirtiedPages: 1, duration: 20 },
    ],
  };
  const move: MoveReport = {
    ...{ id: "m", run: "s-aaaaaaaaaaaaaaaa", from: "a", to: "b", way: "precopy", outcome: "moved" },
    figures,
  };

  test("by pre-copy makes ready, goes in rounds, and stands still at the end", () => {
    expect(movePhases(move).map(({ label, from, to }) => [label, from, to])).toEqual([
      ["making ready", 0, 15],
      ["round 1", 15, 75],
      ["round 2", 75, 95],
      ["guest stands still", 95, 100],
    ]);
  });

  test("by post-copy stands still first, and its pages follow", () => {
    const later = movePhases({ ...move, way: "postcopy", figures: { ...figures, passes: [] } });
    expect(later.map(({ label, to }) => [label, to])).toEqual([
      ["guest stands still", 5],
      ["pages that follow", 100],
    ]);
  });

  test("that said no figures has no phases", () => {
    const { figures: _, ...silent } = move;
    expect(movePhases(silent)).toEqual([]);
  });
});

const total = {
  ...{ instructions: 200, rows: [] },
  time: { guest: 0, monitor: 0, idle: 0, waiting: 0, paused: 0, driver: 0 },
};

test("a worker that has a run twice has one lane", () => {
  const stay = (worker: string, epoch: number, from: number, to: number) => ({
    ...{ worker, runtime: "node", epoch, from, to },
  });
  const stays = [stay("a", 1, 0, 50), stay("b", 2, 50, 150), stay("a", 3, 150, 200)];
  const run = { submission: "s-aaaaaaaaaaaaaaaa", state: "ended", epoch: 3, worker: "a" } as const;
  expect(stayLanes({ ...run, runtime: "node", total, steps: [], moves: [], stays })).toEqual([
    {
      ...{ worker: "a", runtime: "node" },
      stays: [
        { from: 0, to: 0.25, epoch: 1 },
        { from: 0.75, to: 1, epoch: 3 },
      ],
    },
    { worker: "b", runtime: "node", stays: [{ from: 0.25, to: 0.75, epoch: 2 }] },
  ]);
});

test("steps and moves are marked where their instruction was, in time", () => {
  const intervals = [
    { ...interval(0, 4e9, {}), fromInstruction: 0, toInstruction: 100 },
    { ...interval(4e9, 6e9, {}), fromInstruction: 100, toInstruction: 200 },
  ];
  const step = (name: string, atInstruction: number) => ({
    ...{ name, kind: "expect", atInstruction, report: total },
  });
  const steps = [step("boots", 100), step("", 150), step("never seen", 900)];
  const stays = [
    { worker: "a", runtime: "node", epoch: 1, from: 0, to: 50 },
    { worker: "b", runtime: "node", epoch: 2, from: 50, to: 200 },
  ];
  expect(timeMarks({ steps, stays }, intervals)).toEqual([
    { at: 4, kind: "step", label: "boots" },
    { at: 5, kind: "step", label: "step 2" },
    { at: 2, kind: "move", label: "to b" },
  ]);
});

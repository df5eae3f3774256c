import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { WorkerStatus } from "../../shared/schema/worker-status.ts";
import { leastLoaded, planDrain, planRebalance } from "./plan-moves.ts";

function worker(name: string, runs: readonly number[], part: Partial<WorkerStatus> = {}) {
  const startedAt = "2026-01-01T00:00:00.000Z";
  const status: WorkerStatus = {
    ...{ name, runtime: "node", state: "ready", capacity: 4, threads: 1, startedAt },
    runs: runs.map((instructions, index) => ({ run: `${name}${index}`, epoch: 1, instructions })),
    ...part,
  };
  return status;
}

const crowd = fc
  .array(
    fc.tuple(fc.array(fc.nat(1e9), { maxLength: 6 }), fc.integer({ min: 1, max: 6 }), fc.boolean()),
    {
      maxLength: 6,
    },
  )
  .map((all) =>
    all.map(([runs, capacity, isReady], index) =>
      worker(`w${index}`, runs.slice(0, capacity), {
        capacity,
        state: isReady ? "ready" : "draining",
      }),
    ),
  );

/** Runs of each worker when a plan was carried out; throws where it cannot be. */
function afterMoves(workers: readonly WorkerStatus[], moves: ReturnType<typeof planDrain>) {
  const runs = new Map(workers.map(({ name, runs: own }) => [name, own.map(({ run }) => run)]));
  for (const { run, to } of moves) {
    const from = [...runs].find(([, own]) => own.includes(run));
    if (from === undefined) throw new Error(`there is no run ${run}`);
    runs.set(
      from[0],
      from[1].filter((one) => one !== run),
    );
    runs.get(to)?.push(run);
  }
  return runs;
}

describe("a plan", () => {
  test("names the worker that has the most room in proportion, and none that is full or draining", () => {
    const [a, b] = [worker("a", [1]), worker("b", [1, 1], { capacity: 16 })];
    expect(leastLoaded([a, b])).toBe("b");
    expect(leastLoaded([a, b], "b")).toBe("a");
    expect(
      leastLoaded([worker("a", [], { state: "draining" }), worker("b", [1], { capacity: 1 })]),
    ).toBeUndefined();
  });

  test("counts the runs that are on their way to a worker", () => {
    const [a, b] = [worker("a", [1], { coming: 2 }), worker("b", [1, 1])];
    expect(leastLoaded([a, b])).toBe("b");
    const [full, gone] = [worker("full", [], { capacity: 1, coming: 2 }), worker("gone", [5])];
    expect(planDrain([full, gone], "gone")).toEqual([]);
    expect(planRebalance([worker("c", [1, 1]), worker("d", [], { coming: 1 })])).toEqual([]);
  });

  test("to drain moves each run once, to a ready worker with room for twice its runs, and the one furthest first", () => {
    expect(planDrain([worker("a", [5, 9]), worker("b", [1, 1, 1], { capacity: 2 })], "a")).toEqual([
      { run: "a1", to: "b" },
    ]);
    fc.assert(
      fc.property(crowd, (workers) => {
        const moves = planDrain(workers, "w0");
        const runs = afterMoves(workers, moves);
        const ready = workers.filter(({ name, state }) => name !== "w0" && state === "ready");
        for (const { name, capacity } of ready) {
          expect(runs.get(name)?.length).toBeLessThanOrEqual(2 * capacity);
        }
        const hasRoom = ready.some(
          ({ name, capacity }) => (runs.get(name)?.length ?? 0) < 2 * capacity,
        );
        if (hasRoom) expect(runs.get("w0") ?? []).toEqual([]);
      }),
    );
  });

  test("to rebalance leaves nobody with a run that another one would have room for sooner", () => {
    expect(planRebalance([worker("a", [5, 1, 9]), worker("b", [])])).toEqual([
      { run: "a1", to: "b" },
    ]);
    expect(planRebalance([worker("a", [5]), worker("b", [])])).toEqual([]);
    fc.assert(
      fc.property(crowd, (workers) => {
        const runs = afterMoves(workers, planRebalance(workers));
        const ready = workers
          .filter(({ state }) => state === "ready")
          .map(({ name, capacity }) => ({ capacity, runs: runs.get(name)?.length ?? 0 }));
        const fullest = Math.max(0, ...ready.map((one) => one.runs / one.capacity));
        for (const one of ready) {
          expect(one.runs).toBeLessThanOrEqual(one.capacity);
          if (one.runs < one.capacity) {
            expect((one.runs + 1) / one.capacity).toBeGreaterThanOrEqual(fullest);
          }
        }
        for (const { name, state, runs: own } of workers) {
          if (state === "draining") expect(runs.get(name)).toEqual(own.map(({ run }) => run));
        }
      }),
    );
  });
});

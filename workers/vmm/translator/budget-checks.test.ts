import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { budgetChecks, type Flow } from "./budget-checks.ts";

const longest = 100;
const most = 128;

/** Any graph; a node that a jump leads back to must look at the budget, as must the first. */
const flows = fc.integer({ min: 1, max: 12 }).chain((n) => {
  const node = fc.integer({ min: 0, max: n - 1 });
  return fc
    .record({
      lengths: fc.array(fc.integer({ min: 0, max: longest }), { minLength: n, maxLength: n }),
      successors: fc.array(fc.array(node, { maxLength: 2 }), { minLength: n, maxLength: n }),
    })
    .map((flow) => {
      const back = flow.successors.flatMap((targets, from) => targets.filter((to) => to <= from));
      return { flow, starts: new Set([0, ...back]) };
    });
});

/** The most that can be spent from a node on until the next one that looks. */
function stretchOf({ lengths, successors }: Flow, isCheck: (n: number) => boolean, node: number) {
  const way = (at: number): number => {
    const next = (successors[at] ?? []).filter((to) => !isCheck(to)).map(way);
    return (lengths[at] as number) + Math.max(0, ...next);
  };
  return way(node);
}

describe("checks of the budget", () => {
  test("ask for as much as any way to the next check costs, and never for too much", () => {
    fc.assert(
      fc.property(flows, ({ flow, starts }) => {
        const checks = budgetChecks(flow, starts, most);
        for (const start of starts) expect(checks.has(start)).toBe(true);
        for (const [node, need] of checks) {
          expect(need).toBeGreaterThanOrEqual(stretchOf(flow, (to) => checks.has(to), node));
          expect(need).toBeLessThanOrEqual(most);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test("are few: a branch within a loop has none of its own", () => {
    const flow = { lengths: [3, 5, 7, 2], successors: [[1, 2], [3], [3], [0]] };
    expect([...budgetChecks(flow, [0], most)]).toEqual([[0, 12]]);
  });

  test("divide a way that is too long", () => {
    const flow = { lengths: [90, 90, 30], successors: [[1], [2], []] };
    expect(Object.fromEntries(budgetChecks(flow, [0], most))).toEqual({ 0: 90, 1: 120 });
  });
});

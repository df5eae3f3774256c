import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { analyseFlow, type FlowGraph } from "./flow-graph.ts";

/** What surrounds a piece of code, from the outside in: the labels that a jump in it can name. */
interface Surroundings {
  /** Blocks that end right before this node's code. */
  readonly merges: readonly number[];
  readonly loops: readonly number[];
}

type Successors = readonly (readonly number[])[];

/** Where a node's jumps are to lead, be it a router. */
function targetsOf(successors: Successors, graph: FlowGraph, node: number): readonly number[] {
  const router = graph.routers.get(node);
  return router ? [router.head, ...router.others] : (successors[node] ?? []);
}

/**
 * Writes the graph as the emitter does, and checks at each jump that what it goes to is around it.
 *
 * @returns nodes in the order in which they are written, without routers
 */
function write(successors: Successors, graph: FlowGraph): number[] {
  const written: number[] = [];
  const within = (node: number, merges: readonly number[], around: Surroundings): void => {
    const [last, ...rest] = merges;
    if (last === undefined) {
      code(node, around);
      return;
    }
    within(node, rest, { ...around, merges: [...around.merges, last] });
    tree(last, around);
  };
  const tree = (node: number, around: Surroundings): void => {
    const loops = graph.isLoop(node) ? [...around.loops, node] : around.loops;
    within(node, graph.merges(node), { ...around, loops });
  };
  const code = (node: number, around: Surroundings): void => {
    if (node < successors.length) written.push(node);
    for (const target of targetsOf(successors, graph, node)) {
      const to = graph.hop(node, target);
      const kind = graph.kind(node, to);
      if (kind === "inline") tree(to, around);
      else if (kind === "merge") expect(around.merges).toContain(to);
      else expect(around.loops).toContain(to);
    }
  };
  within(0, graph.merges(0), { merges: [], loops: [] });
  return written;
}

/**
 * The node that a jump arrives at, as the emitter writes jumps and routers: a router knows a place by
 * a wish only, and leads to its head where there is none.
 */
function arrival(graph: FlowGraph, from: number, to: number): number {
  const isHead = (hop: number, target: number) => graph.routers.get(hop)?.head === target;
  let at = graph.hop(from, to);
  let wish = at === to || isHead(at, to) ? undefined : to;
  for (let router = graph.routers.get(at); router; router = graph.routers.get(at)) {
    const target = wish ?? router.head;
    if (wish !== undefined) expect(router.others).toContain(wish);
    const hop = graph.hop(at, target);
    wish = hop === target || isHead(hop, target) ? undefined : target;
    at = hop;
  }
  return at;
}

function reachable(successors: Successors) {
  const found = new Set([0]);
  for (const node of found) for (const to of successors[node] ?? []) found.add(to);
  return [...found];
}

const byNumber = (a: number, b: number) => a - b;

/** Nodes 1 to n with at most two ways on each, as blocks have, and at least one entry. */
const graphs = fc.integer({ min: 1, max: 14 }).chain((n) => {
  const node = fc.integer({ min: 1, max: n });
  const ways = fc.array(fc.array(node, { maxLength: 2 }), { minLength: n, maxLength: n });
  const entries = fc.uniqueArray(node, { minLength: 1, maxLength: 4 });
  return fc.tuple(entries, ways).map(([first, rest]) => [first, ...rest]);
});

describe("structured control flow", () => {
  test("every jump of any graph has a label around it, and every node is written once", () => {
    fc.assert(
      fc.property(graphs, (successors) => {
        const graph = analyseFlow(successors);
        expect(write(successors, graph).toSorted(byNumber)).toEqual(
          reachable(successors).sort(byNumber),
        );
      }),
      { numRuns: 3000 },
    );
  });

  test("every jump of any graph arrives, by whatever routers", () => {
    fc.assert(
      fc.property(graphs, (successors) => {
        const graph = analyseFlow(successors);
        for (const from of reachable(successors)) {
          for (const to of successors[from] ?? []) expect(arrival(graph, from, to)).toBe(to);
        }
      }),
      { numRuns: 3000 },
    );
  });

  test("a loop is a loop, nested or not, and needs no router", () => {
    // 1 → 2 → 3 → 2, 3 → 4 → 1, 4 → 5
    const graph = analyseFlow([[1], [2], [3], [2, 4], [1, 5], []]);
    expect(graph.routers.size).toBe(0);
    expect([1, 2, 3, 4, 5].filter((node) => graph.isLoop(node))).toEqual([1, 2]);
    expect([graph.kind(3, 2), graph.kind(4, 1)]).toEqual(["back", "back"]);
    expect([graph.kind(1, 2), graph.kind(3, 4), graph.kind(4, 5)]).toEqual(Array(3).fill("inline"));
  });

  test("where two ways meet is a merge of the node that decided between them", () => {
    const graph = analyseFlow([[1], [2, 3], [4], [4], []]);
    expect(graph.merges(1)).toEqual([4]);
    expect([graph.kind(2, 4), graph.kind(3, 4)]).toEqual(["merge", "merge"]);
  });

  test("both ways of a branch to one place make it a merge", () => {
    const successors = [[1], [2, 2], []];
    const graph = analyseFlow(successors);
    expect(graph.kind(1, 2)).toBe("merge");
    expect(write(successors, graph)).toEqual([0, 1, 2]);
  });

  test("a loop that is entered in two places is entered through a router", () => {
    // 1 → 2, 1 → 3, 2 ⇄ 3: neither head dominates the other.
    const graph = analyseFlow([[1], [2, 3], [3], [2]]);
    expect([...graph.routers]).toEqual([[4, { head: 2, others: [3] }]]);
    expect([graph.hop(1, 2), graph.hop(1, 3), graph.hop(3, 2)]).toEqual([4, 4, 4]);
    expect(graph.hop(2, 3)).toBe(3);
    expect(graph.isLoop(4)).toBe(true);
  });

  test("an entry in the middle of a loop does not take the loop apart", () => {
    // The loop 2 → 3 → 4 → 2 around 3 → 3, entered at 3 and 4 as well.
    const graph = analyseFlow([[1, 3, 4], [2], [3], [3, 4], [2]]);
    const loops = [5, 3];
    expect([...graph.routers]).toEqual([[5, { head: 2, others: [3, 4] }]]);
    expect([1, 2, 3, 4, 5].filter((node) => graph.isLoop(node)).sort()).toEqual(loops.sort());
    expect([graph.hop(3, 4), graph.hop(4, 2)]).toEqual([4, 5]);
  });

  test("two loops with one head are told apart", () => {
    // 1 → 1, and around it 1 → 2 → 3 → 4 → 1.
    const graph = analyseFlow([[1], [1, 2], [3], [4], [1, 5], []]);
    expect([...graph.routers]).toEqual([[6, { head: 1, others: [] }]]);
    expect([graph.hop(1, 1), graph.hop(4, 1), graph.hop(0, 1)]).toEqual([1, 6, 6]);
    expect([graph.isLoop(6), graph.isLoop(1)]).toEqual([true, true]);
  });

  test("code that nothing reaches is not written", () => {
    const successors = [[1], [2], [], [2, 1]];
    expect(write(successors, analyseFlow(successors))).toEqual([0, 1, 2]);
  });
});

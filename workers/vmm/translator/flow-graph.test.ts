import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { analyseFlow, type FlowGraph } from "./flow-graph.ts";

/** What surrounds a piece of code, from the outside in: the labels that a jump in it can name. */
interface Surroundings {
  /** Blocks that end right before this node's code. */
  readonly merges: readonly number[];
  readonly loops: readonly number[];
}

/**
 * Writes the graph as the emitter does, and checks at each edge that what it jumps to is around it.
 *
 * @returns nodes in the order in which they are written
 */
function write(successors: readonly (readonly number[])[], graph: FlowGraph): number[] {
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
    written.push(node);
    if (node === 0) {
      for (const entry of graph.entries) expect(around.merges).toContain(entry);
      return;
    }
    for (const to of successors[node] ?? []) {
      const kind = graph.kind(node, to);
      if (kind === "inline") tree(to, around);
      else if (kind === "merge") expect(around.merges).toContain(to);
      else if (kind === "back") expect(around.loops).toContain(to);
      else expect(graph.entries).toContain(to);
    }
  };
  within(0, graph.merges(0), { merges: [], loops: [] });
  return written;
}

function reachable(successors: readonly (readonly number[])[], entries: readonly number[]) {
  const found = new Set(entries);
  for (const node of found) for (const to of successors[node] ?? []) found.add(to);
  return [...found];
}

const byNumber = (a: number, b: number) => a - b;

/** Nodes 1 to n with at most two ways on each, as blocks have, and at least one entry. */
const graphs = fc.integer({ min: 1, max: 14 }).chain((n) => {
  const node = fc.integer({ min: 1, max: n });
  return fc.record({
    successors: fc
      .array(fc.uniqueArray(node, { maxLength: 2 }), { minLength: n, maxLength: n })
      .map((list) => [[], ...list]),
    entries: fc.uniqueArray(node, { minLength: 1, maxLength: 4 }),
  });
});

describe("structured control flow", () => {
  test("every jump of any graph has a label around it, and every node is written once", () => {
    fc.assert(
      fc.property(graphs, ({ successors, entries }) => {
        const graph = analyseFlow(successors, entries);
        expect(graph.entries.slice(0, entries.length)).toEqual(entries);
        expect(new Set(graph.entries).size).toBe(graph.entries.length);
        const written = write(successors, graph);
        expect(written.toSorted(byNumber)).toEqual(
          [0, ...reachable(successors, entries)].sort(byNumber),
        );
      }),
      { numRuns: 3000 },
    );
  });

  test("a loop is a loop, nested or not, and needs no dispatch", () => {
    // 1 → 2 → 3 → 2, 3 → 4 → 1, 4 → 5
    const graph = analyseFlow([[], [2], [3], [2, 4], [1, 5], []], [1]);
    expect(graph.entries).toEqual([1]);
    expect([1, 2, 3, 4, 5].filter((node) => graph.isLoop(node))).toEqual([1, 2]);
    expect([graph.kind(3, 2), graph.kind(4, 1)]).toEqual(["back", "back"]);
    expect([graph.kind(1, 2), graph.kind(3, 4), graph.kind(4, 5)]).toEqual(Array(3).fill("inline"));
  });

  test("where two ways meet is a merge of the node that decided between them", () => {
    const graph = analyseFlow([[], [2, 3], [4], [4], []], [1]);
    expect(graph.merges(1)).toEqual([4]);
    expect([graph.kind(2, 4), graph.kind(3, 4)]).toEqual(["merge", "merge"]);
  });

  test("both ways of a branch to one place make it a merge", () => {
    const graph = analyseFlow([[], [2, 2], []], [1]);
    expect(graph.kind(1, 2)).toBe("merge");
    expect(write([[], [2, 2], []], graph)).toEqual([0, 1, 2]);
  });

  test("a loop that is entered in two places gets an entry more, and is left by the dispatcher", () => {
    // 1 → 2, 1 → 3, 2 ⇄ 3: neither head dominates the other.
    const successors = [[], [2, 3], [3], [2]];
    const graph = analyseFlow(successors, [1]);
    expect(graph.entries.length).toBe(2);
    const kinds = [graph.kind(2, 3), graph.kind(3, 2)];
    expect(kinds).toContain("dispatch");
    expect(write(successors, graph).sort(byNumber)).toEqual([0, 1, 2, 3]);
  });

  test("an entry inside a loop leaves the loop reducible or dispatches to it", () => {
    const successors = [[], [2], [3], [1]];
    const graph = analyseFlow(successors, [1, 3]);
    expect(write(successors, graph).sort(byNumber)).toEqual([0, 1, 2, 3]);
  });

  test("code that nothing reaches is not written", () => {
    const successors = [[], [2], [], [2, 1]];
    expect(write(successors, analyseFlow(successors, [1]))).toEqual([0, 1, 2]);
  });
});

/**
 * The order in which the blocks of a region are written so that WebAssembly's structured control flow
 * can express their jumps (Ramsey, Beyond Relooper, ICFP 2022): dominators, merges and loops.
 *
 * Node 0 is a dispatcher with an edge to each entry. A loop that is entered in several places has
 * none that dominates the others, and no structured form: it gets a router, a node that is none of
 * the given ones, through which it is entered (`single-entry-loops.ts`).
 */
import { type Router, withSingleEntryLoops } from "./single-entry-loops.ts";

export interface FlowGraph {
  /** Of the nodes, then of the routers, by way of routers; one for each jump. */
  readonly successors: readonly (readonly number[])[];
  /** Where a jump goes that is to reach a node: there, or to a router that is to send it on. */
  readonly hop: (from: number, to: number) => number;
  readonly routers: ReadonlyMap<number, Router>;
  /** How the jump to a hop is written. */
  readonly kind: (from: number, hop: number) => "back" | "merge" | "inline";
  /** Heads of loops. */
  readonly isLoop: (node: number) => boolean;
  /** Children in the dominator tree that several forward edges lead to, the last in order first. */
  readonly merges: (node: number) => readonly number[];
}

/**
 * @param successors of each node, which are numbered in the order of their addresses; those of node 0
 *   are where the graph is entered
 */
export function analyseFlow(given: readonly (readonly number[])[]): FlowGraph {
  const { successors, hop, routers } = withSingleEntryLoops(given);
  const order = reversePostorder(successors);
  const position = new Array<number>(successors.length).fill(-1);
  order.forEach((node, i) => {
    position[node] = i;
  });
  const dominator = immediateDominators(successors, order, position);
  const isBackward = (from: number, to: number) =>
    (position[to] as number) <= (position[from] as number);
  const forwardEdges = new Array<number>(successors.length).fill(0);
  const loops = new Set<number>();
  for (const from of order) {
    for (const to of successors[from] ?? []) {
      if (isBackward(from, to)) loops.add(to);
      else forwardEdges[to] = (forwardEdges[to] ?? 0) + 1;
    }
  }
  const isMerge = (node: number) => (forwardEdges[node] ?? 0) > 1;
  const children = new Map<number, number[]>();
  for (const node of [...order].reverse()) {
    if (node === 0 || !isMerge(node)) continue;
    const parent = dominator[node] as number;
    children.set(parent, [...(children.get(parent) ?? []), node]);
  }
  return {
    ...{ successors, hop, routers },
    kind(from, to) {
      if (isBackward(from, to)) return "back";
      return isMerge(to) ? "merge" : "inline";
    },
    isLoop: (node) => loops.has(node),
    merges: (node) => children.get(node) ?? [],
  };
}

function reversePostorder(successors: readonly (readonly number[])[]): number[] {
  const seen = new Set<number>([0]);
  const postorder: number[] = [];
  const stack: { node: number; next: number }[] = [{ node: 0, next: 0 }];
  for (let top = stack.at(-1); top; top = stack.at(-1)) {
    const child = successors[top.node]?.[top.next++];
    if (child === undefined) {
      postorder.push(top.node);
      stack.pop();
    } else if (!seen.has(child)) {
      seen.add(child);
      stack.push({ node: child, next: 0 });
    }
  }
  return postorder.reverse();
}

/** Cooper, Harvey, Kennedy: A simple, fast dominance algorithm (2001). */
function immediateDominators(
  successors: readonly (readonly number[])[],
  order: readonly number[],
  position: readonly number[],
): number[] {
  const predecessors: number[][] = successors.map(() => []);
  for (const from of order) {
    for (const to of successors[from] ?? []) predecessors[to]?.push(from);
  }
  const dominator = new Array<number>(successors.length).fill(-1);
  dominator[0] = 0;
  const common = (first: number, second: number) => {
    let [a, b] = [first, second];
    while (a !== b) {
      while ((position[a] as number) > (position[b] as number)) a = dominator[a] as number;
      while ((position[b] as number) > (position[a] as number)) b = dominator[b] as number;
    }
    return a;
  };
  for (let changed = true; changed; ) {
    changed = false;
    for (const node of order) {
      if (node === 0) continue;
      let next = -1;
      for (const from of predecessors[node] ?? []) {
        if (dominator[from] === -1) continue;
        next = next === -1 ? from : common(next, from);
      }
      if (dominator[node] === next) continue;
      dominator[node] = next;
      changed = true;
    }
  }
  return dominator;
}

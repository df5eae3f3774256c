/**
 * The order in which the blocks of a region are written so that WebAssembly's structured control flow
 * can express their jumps (Ramsey, Beyond Relooper, ICFP 2022): dominators, merges and loops.
 *
 * Node 0 is a dispatcher with an edge to each entry. A jump backwards to a block that does not
 * dominate it has no structured form: its target becomes an entry, and the jump goes by way of the
 * dispatcher.
 */

export interface FlowGraph {
  /** Nodes behind the dispatcher's `br_table`, in its order. */
  readonly entries: readonly number[];
  readonly kind: (from: number, to: number) => "dispatch" | "back" | "merge" | "inline";
  /** Heads of loops. */
  readonly isLoop: (node: number) => boolean;
  /** Children in the dominator tree that several forward edges lead to, the last in order first. */
  readonly merges: (node: number) => readonly number[];
}

/**
 * @param successors of each node; those of node 0 are ignored
 * @param firstEntries nodes that are entries in any case
 */
export function analyseFlow(
  successors: readonly (readonly number[])[],
  firstEntries: readonly number[],
): FlowGraph {
  const entries = [...firstEntries];
  for (;;) {
    const order = reversePostorder(successors, entries);
    const position = new Array<number>(successors.length).fill(-1);
    order.forEach((node, i) => {
      position[node] = i;
    });
    const dominator = immediateDominators(successors, entries, order, position);
    const dominates = (a: number, b: number) => {
      let node = b;
      while ((position[node] as number) > (position[a] as number)) node = dominator[node] as number;
      return node === a;
    };
    const isBackward = (from: number, to: number) =>
      (position[to] as number) <= (position[from] as number);
    const unstructured = new Set<number>();
    for (const from of order) {
      if (from === 0) continue;
      for (const to of successors[from] ?? []) {
        if (isBackward(from, to) && !dominates(to, from)) unstructured.add(to);
      }
    }
    const added = [...unstructured].filter((node) => !entries.includes(node));
    if (added.length > 0) {
      entries.push(...added);
      continue;
    }
    return describe({ successors, entries, order, isBackward, dominates, dominator });
  }
}

function describe(graph: {
  successors: readonly (readonly number[])[];
  entries: readonly number[];
  order: readonly number[];
  isBackward: (from: number, to: number) => boolean;
  dominates: (a: number, b: number) => boolean;
  dominator: readonly number[];
}): FlowGraph {
  const { successors, entries, order, isBackward, dominates, dominator } = graph;
  const forwardEdges = new Array<number>(successors.length).fill(0);
  const loops = new Set<number>();
  for (const entry of entries) forwardEdges[entry] = 2;
  for (const from of order) {
    if (from === 0) continue;
    for (const to of successors[from] ?? []) {
      if (!isBackward(from, to)) forwardEdges[to] = (forwardEdges[to] ?? 0) + 1;
      else if (dominates(to, from)) loops.add(to);
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
    entries,
    kind(from, to) {
      if (!isBackward(from, to)) return isMerge(to) ? "merge" : "inline";
      return dominates(to, from) ? "back" : "dispatch";
    },
    isLoop: (node) => loops.has(node),
    merges: (node) => children.get(node) ?? [],
  };
}

function successorsOf(
  successors: readonly (readonly number[])[],
  entries: readonly number[],
  node: number,
): readonly number[] {
  return node === 0 ? entries : (successors[node] ?? []);
}

function reversePostorder(
  successors: readonly (readonly number[])[],
  entries: readonly number[],
): number[] {
  const seen = new Set<number>([0]);
  const postorder: number[] = [];
  const stack: { node: number; next: number }[] = [{ node: 0, next: 0 }];
  for (let top = stack.at(-1); top; top = stack.at(-1)) {
    const child = successorsOf(successors, entries, top.node)[top.next++];
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
  entries: readonly number[],
  order: readonly number[],
  position: readonly number[],
): number[] {
  const predecessors: number[][] = successors.map(() => []);
  for (const from of order) {
    for (const to of successorsOf(successors, entries, from)) predecessors[to]?.push(from);
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

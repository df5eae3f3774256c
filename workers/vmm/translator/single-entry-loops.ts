/**
 * Gives every loop of a control-flow graph one entry, so that each has a structured form.
 *
 * A loop that is entered in several places, as where execution is taken up in its middle, gets a
 * *router* in front of one of them, its head. Whoever comes from without goes to the router and says
 * which place is meant; whoever goes round goes by way of the router as well, and only to the head.
 * All other jumps inside of the loop stay as they are.
 */

export interface RoutedGraph {
  /** Of the nodes, then of the routers, by way of routers; one for each jump. */
  readonly successors: readonly (readonly number[])[];
  /** Where a jump goes that is to reach a node: there, or to the router that is to send it on. */
  readonly hop: (from: number, to: number) => number;
  readonly routers: ReadonlyMap<number, Router>;
}

export interface Router {
  /** Where it leads unless another place is meant. */
  readonly head: number;
  readonly others: readonly number[];
}

/** @param successors of each node; node 0 leads to where the graph is entered */
export function withSingleEntryLoops(successors: readonly (readonly number[])[]): RoutedGraph {
  const hops = new Map<number, Map<number, number>>();
  const routers = new Map<number, Router>();
  const reached = reachable(successors);
  const edges = successors.map((targets, from) => (reached.has(from) ? [...targets] : []));
  const hop = (from: number, to: number) => hops.get(from)?.get(to) ?? to;
  const setHop = (from: number, to: number, router: number) => {
    const own = hops.get(from) ?? new Map<number, number>();
    hops.set(from, own.set(to, router));
  };

  const visit = (nodes: readonly number[]) => {
    const among = new Set(nodes);
    const inner = (node: number) =>
      (edges[node] as number[]).map((to) => hop(node, to)).filter((to) => among.has(to));
    for (const loop of stronglyConnected(nodes, inner)) {
      const within = new Set(loop);
      const comers: [from: number, to: number][] = [];
      const rounds: [from: number, to: number][] = [];
      edges.forEach((targets, from) => {
        for (const to of targets) {
          if (!within.has(hop(from, to))) continue;
          if (within.has(from)) rounds.push([from, to]);
          else comers.push([from, to]);
        }
      });
      const entered = [...new Set(comers.map(([, to]) => to))];
      const head = headOf(entered, rounds);
      if (entered.length > 1) {
        const others = entered.filter((node) => node !== head);
        const router = edges.push([head, ...others]) - 1;
        routers.set(router, { head, others });
        for (const [from, to] of comers) setHop(from, to, router);
        for (const [from, to] of rounds) if (to === head) setHop(from, to, router);
        visit(loop);
      } else {
        visit(loop.filter((node) => node !== head));
      }
    }
  };
  visit([...reached].filter((node) => node !== 0));
  return {
    successors: edges.map((targets, from) => targets.map((to) => hop(from, to))),
    hop,
    routers,
  };
}

function reachable(successors: readonly (readonly number[])[]): ReadonlySet<number> {
  const found = new Set([0]);
  for (const node of found) for (const to of successors[node] ?? []) found.add(to);
  return found;
}

/** The first entry that is jumped back to, where nodes count in the order of their addresses. */
function headOf(entered: readonly number[], rounds: readonly [number, number][]): number {
  const isHead = (node: number) => rounds.some(([from, to]) => to === node && from >= node);
  const heads = entered.filter(isHead);
  return Math.min(...(heads.length > 0 ? heads : entered));
}

/** The components that have a cycle (Tarjan, Depth-first search and linear graph algorithms, 1972). */
function stronglyConnected(
  nodes: readonly number[],
  successors: (node: number) => readonly number[],
): number[][] {
  const index = new Map<number, number>();
  const low = new Map<number, number>();
  const open: number[] = [];
  const isOpen = new Set<number>();
  const components: number[][] = [];
  const enter = (node: number) => {
    index.set(node, index.size);
    low.set(node, index.size - 1);
    open.push(node);
    isOpen.add(node);
    return { node, rest: [...successors(node)] };
  };
  const lower = (node: number, to: number) => low.set(node, Math.min(low.get(node) as number, to));
  for (const start of nodes) {
    if (index.has(start)) continue;
    const path = [enter(start)];
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const to = top.rest.pop();
      if (to !== undefined) {
        if (!index.has(to)) path.push(enter(to));
        else if (isOpen.has(to)) lower(top.node, index.get(to) as number);
        continue;
      }
      path.pop();
      const above = path.at(-1);
      if (above) lower(above.node, low.get(top.node) as number);
      if (low.get(top.node) !== index.get(top.node)) continue;
      const component = open.splice(open.lastIndexOf(top.node));
      for (const node of component) isOpen.delete(node);
      const isCycle = component.length > 1 || successors(top.node).includes(top.node);
      if (isCycle) components.push(component);
    }
  }
  return components;
}

/**
 * Gives every loop of a control-flow graph one entry, so that each has a structured form.
 *
 * A loop that is entered in several places, as where execution is taken up in its middle, gets a
 * *router* in front of one of them, its head. Whoever comes from without goes to the router and says
 * which place is meant; whoever goes round goes by way of the router as well, and only to the head.
 * All other jumps inside of the loop stay as they are. A loop that shares its head with one inside of
 * it gets a router, too, so that the two are told apart.
 */

/** Nobody writes loops in loops that deep: what is within goes by the router at each jump back. */
const mostDepth = 16;
/** Of a loop with more of them the first ones are as good. */
const mostCandidates = 8;

export interface RoutedGraph {
  /** Of the nodes, then of the routers, by way of routers; one for each jump. */
  readonly successors: readonly (readonly number[])[];
  /** Where a jump goes that is to reach a node: there, or to the router that is to send it on. */
  readonly hop: (from: number, to: number) => number;
  readonly routers: ReadonlyMap<number, Router>;
  readonly loops: readonly Loop[];
}

export interface Loop {
  readonly head: number;
  readonly nodes: readonly number[];
}

export interface Router {
  /** Where it leads unless another place is meant. */
  readonly head: number;
  readonly others: readonly number[];
}

type Jump = readonly [from: number, to: number];

/** Backwards by address. */
const isBack = ([from, to]: Jump): boolean => to <= from;

/**
 * @param successors of each node; node 0 leads to where the graph is entered
 * @param doubtful nodes that node 0 leads to by chance: no reason to take a loop to begin there
 */
export function withSingleEntryLoops(
  successors: readonly (readonly number[])[],
  doubtful: ReadonlySet<number> = new Set(),
): RoutedGraph {
  const hops = new Map<number, Map<number, number>>();
  const routers = new Map<number, Router>();
  const loops: Loop[] = [];
  const reached = reachable(successors);
  const edges = successors.map((targets, from) => (reached.has(from) ? [...targets] : []));
  const comingFrom: number[][] = edges.map(() => []);
  edges.forEach((targets, from) => {
    for (const to of new Set(targets)) comingFrom[to]?.push(from);
  });
  const hop = (from: number, to: number) => hops.get(from)?.get(to) ?? to;
  const setHop = (from: number, to: number, router: number) => {
    const own = hops.get(from) ?? new Map<number, number>();
    hops.set(from, own.set(to, router));
  };

  const route = (jumps: readonly Jump[], head: number) => {
    const targets = new Set(jumps.map(([, to]) => to));
    const others = [...targets].filter((node) => node !== head);
    const router = edges.push([head, ...others]) - 1;
    for (const node of [head, ...others]) comingFrom[node]?.push(router);
    routers.set(router, { head, others });
    for (const [from, to] of jumps) setHop(from, to, router);
  };

  const visit = (nodes: readonly number[], depth: number) => {
    const among = new Set(nodes);
    const inner = (node: number) =>
      (edges[node] as number[]).filter((to) => among.has(to) && hop(node, to) === to);
    for (const loop of stronglyConnected(nodes, inner)) {
      const within = new Set(loop);
      const comers: Jump[] = [];
      const rounds: Jump[] = [];
      for (const to of loop) {
        for (const from of comingFrom[to] as number[]) {
          if (hop(from, to) !== to) continue;
          if (within.has(from)) rounds.push([from, to]);
          else comers.push([from, to]);
        }
      }
      const entered = [...new Set(comers.map(([, to]) => to))];
      const isTrusted = ([from, to]: Jump) =>
        !(doubtful.has(to) && (from === 0 || routers.has(from)));
      const trusted = [...new Set(comers.filter(isTrusted).map(([, to]) => to))];
      const head =
        trusted.length > 0 ? firstHead(trusted, rounds) : mainHead(loop, entered, rounds);
      loops.push({ head, nodes: loop });
      if (depth === mostDepth) {
        route([...comers, ...rounds.filter(isBack)], head);
        continue;
      }
      const isInner = innerRounds(loop, head, rounds);
      if (entered.some((node) => node !== head) || isInner.size > 0) {
        const outer = rounds.filter(([from, to]) => to === head && !isInner.has(from));
        route([...comers, ...outer], head);
        visit(loop, depth + 1);
      } else {
        visit(
          loop.filter((node) => node !== head),
          depth + 1,
        );
      }
    }
  };
  visit(
    [...reached].filter((node) => node !== 0),
    0,
  );
  return {
    successors: edges.map((targets, from) => targets.map((to) => hop(from, to))),
    ...{ hop, routers, loops },
  };
}

function reachable(successors: readonly (readonly number[])[]): ReadonlySet<number> {
  const found = new Set([0]);
  for (const node of found) for (const to of successors[node] ?? []) found.add(to);
  return found;
}

/** The first entry that is jumped back to, where nodes count in the order of their addresses. */
function firstHead(entered: readonly number[], rounds: readonly Jump[]): number {
  const jumpedTo = new Set(rounds.filter(isBack).map(([, to]) => to));
  const heads = entered.filter((node) => jumpedTo.has(node));
  return Math.min(...(heads.length > 0 ? heads : entered));
}

/** Of the nodes that are entered or jumped back to, the one through which most rounds lead. */
function mainHead(loop: readonly number[], entered: readonly number[], rounds: readonly Jump[]) {
  const jumpedTo = rounds.filter(isBack).map(([, to]) => to);
  const candidates = [...new Set([...jumpedTo.sort((a, b) => a - b), ...entered])];
  const goingTo = grouped(rounds);
  let best = candidates[0] as number;
  let fewest = Number.POSITIVE_INFINITY;
  for (const node of candidates.slice(0, mostCandidates)) {
    const rest = loop.filter((other) => other !== node);
    const next = (from: number) => (goingTo.get(from) ?? []).filter((to) => to !== node);
    const missed = 2 * stronglyConnected(rest, next).flat().length;
    const cost = innerRounds(loop, node, rounds).size > 0 ? missed + 1 : missed;
    if (cost >= fewest) continue;
    fewest = cost;
    best = node;
  }
  return best;
}

/**
 * Nodes that jump back to the head of a loop out of a smaller one that begins there, too, as where a
 * loop around another one is entered in the inner one. The two are kept apart: they are not equally hot.
 */
function innerRounds(
  loop: readonly number[],
  head: number,
  rounds: readonly Jump[],
): ReadonlySet<number> {
  const comingFrom = grouped(rounds.map(([from, to]) => [to, from] as const));
  const last = [...new Set(comingFrom.get(head) ?? [])];
  const inner = last.filter((node) => {
    const body = new Set([head, node]);
    for (const at of body) {
      if (at !== head) for (const before of comingFrom.get(at) ?? []) body.add(before);
    }
    return body.size <= loop.length / 2;
  });
  return new Set(inner.length < last.length ? inner : []);
}

/** By the first node of each. */
function grouped(jumps: readonly Jump[]): ReadonlyMap<number, readonly number[]> {
  const groups = new Map<number, number[]>();
  for (const [one, other] of jumps) {
    const group = groups.get(one) ?? [];
    group.push(other);
    groups.set(one, group);
  }
  return groups;
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

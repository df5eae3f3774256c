/**
 * Where a region looks at its budget: not at each block, but where a stretch begins that has no
 * cycle, and there for the longest way through it. Each block pays for its own instructions; who
 * cannot pay for the longest way goes out, and the interpreter does what is left.
 */
export interface Flow {
  /** Instructions of each node. */
  readonly lengths: readonly number[];
  readonly successors: readonly (readonly number[])[];
}

/**
 * @param starts nodes that must look, of which each cycle has one
 * @param most instructions of a stretch; a node may be as long
 * @returns what each node needs that looks, `most` at the most; enough, if not always just enough
 */
export function budgetChecks(
  { lengths, successors }: Flow,
  starts: Iterable<number>,
  most: number,
): ReadonlyMap<number, number> {
  const isCheck = new Set(starts);
  /** Of the longest way from a node on to where the next check is. */
  const stretches = new Map<number, number>();
  const pending = [...isCheck];
  const path: number[] = [];
  for (let start = pending.pop(); start !== undefined; start = pending.pop()) {
    path.push(start);
    for (let node = path.at(-1); node !== undefined; node = path.at(-1)) {
      const own = lengths[node] as number;
      const next = (successors[node] as readonly number[]).filter((to) => !isCheck.has(to));
      const unknown = next.filter((to) => !stretches.has(to));
      if (unknown.length > 0) {
        path.push(...unknown);
        continue;
      }
      path.pop();
      let longest = 0;
      for (const to of next) {
        const stretch = stretches.get(to) as number;
        if (own + stretch > most) isCheck.add(to);
        else longest = Math.max(longest, stretch);
      }
      stretches.set(node, own + longest);
    }
  }
  return new Map([...isCheck].map((node) => [node, stretches.get(node) ?? 0]));
}

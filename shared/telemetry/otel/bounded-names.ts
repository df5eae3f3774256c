/** Names for an attribute of a metric: the first few that come, and one for all others. */
export class BoundedNames {
  readonly #most: number;
  readonly #others: string;
  readonly #known = new Map<string, Set<string>>();

  /** @param most of a group */
  constructor(most: number, others: string) {
    this.#most = most;
    this.#others = others;
  }

  of(group: string, name: string): string {
    const known = this.#known.get(group) ?? new Set();
    this.#known.set(group, known);
    if (known.size < this.#most) known.add(name);
    return known.has(name) ? name : this.#others;
  }
}

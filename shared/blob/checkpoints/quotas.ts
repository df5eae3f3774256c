import { BlobError } from "../blob-error.ts";
import type { Root } from "../roots/root.ts";
import type { RootStore } from "../roots/root-store.ts";

/** Most bytes in the store; what is left out has no limit. */
export interface QuotaLimits {
  readonly run?: number;
  readonly assignment?: number;
  readonly course?: number;
}

/** Milliseconds that the sums over all roots are believed. */
const believed = 60_000;

/**
 * Limits on what runs keep in the store. What counts is each root's share: the bytes that its pages
 * cost in their packs. A run's own limit is exact. The sums of assignments and courses are taken at
 * most once a minute, so what several workers publish within it may pass them by as much.
 */
export class Quotas {
  readonly #limits: QuotaLimits;
  readonly #roots: RootStore;
  readonly #now: () => number;
  #sums: Promise<Map<string, number>> | undefined;
  #taken = Number.NEGATIVE_INFINITY;

  /** @param now milliseconds since 1970 */
  constructor(roots: RootStore, limits: QuotaLimits, now: () => number) {
    this.#roots = roots;
    this.#limits = limits;
    this.#now = now;
  }

  /**
   * Lets a root grow from `before` to its `bytes`, or refuses.
   *
   * @throws BlobError `over-quota` with whose limit it is, how much is there, and what to do
   */
  async check(root: Root, before: number): Promise<void> {
    const more = root.bytes - before;
    if (more <= 0) return;
    if (root.bytes > (this.#limits.run ?? Number.POSITIVE_INFINITY)) {
      throw refusal(`${root.kind} ${root.name}`, root.bytes, this.#limits.run);
    }
    for (const label of ["assignment", "course"] as const) {
      const [name, limit] = [root.labels[label], this.#limits[label]];
      if (name === undefined || limit === undefined) continue;
      const sums = await this.#present();
      const sum = (sums.get(`${label} ${name}`) ?? 0) + more;
      if (sum > limit) throw refusal(`${label} ${name}`, sum, limit);
      sums.set(`${label} ${name}`, sum);
    }
  }

  #present(): Promise<Map<string, number>> {
    if (this.#sums === undefined || Math.abs(this.#now() - this.#taken) > believed) {
      this.#taken = this.#now();
      this.#sums = sumRoots(this.#roots);
    }
    return this.#sums;
  }
}

/** Bytes per label, as `assignment NAME` and `course NAME`. */
export async function sumRoots(roots: RootStore): Promise<Map<string, number>> {
  const sums = new Map<string, number>();
  for await (const { root } of roots.list()) {
    if (root.removed !== null) continue;
    for (const [label, name] of Object.entries(root.labels)) {
      sums.set(`${label} ${name}`, (sums.get(`${label} ${name}`) ?? 0) + root.bytes);
    }
  }
  return sums;
}

function refusal(whose: string, bytes: number, limit = 0): BlobError {
  const mib = (amount: number) => `${(amount / 2 ** 20).toFixed(1)} MiB`;
  return new BlobError(
    "over-quota",
    `the checkpoints of ${whose} would take ${mib(bytes)}, and ${mib(limit)} are allowed; ` +
      "let runs end, remove some with `trapline store remove`, or raise the limit",
  );
}

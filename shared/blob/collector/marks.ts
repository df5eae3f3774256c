import { BlobError } from "../blob-error.ts";
import { readCheckpoint } from "../checkpoints/read-chain.ts";
import type { ObjectStore } from "../objects/object-store.ts";
import { type MovedPages, movedKey, parseMoved } from "../pages/moved-pages.ts";
import type { PageRef } from "../pages/page-ref.ts";
import type { Root } from "../roots/root.ts";

/** A page of a pack that somebody refers to. */
export interface LivePage {
  readonly slot: number;
  readonly hash: Uint8Array;
}

/**
 * What roots lead to: checkpoints with their parents, the pages of packs, blobs. Marks only grow: to
 * keep what was alive a moment ago is never wrong.
 */
export class Marks {
  readonly checkpoints = new Set<string>();
  readonly blobs = new Set<string>();
  /** Packs whose pages have moved and are still asked for under the old name. */
  readonly moved = new Set<string>();
  readonly #objects: ObjectStore;
  readonly #packs = new Map<string, Map<number, Uint8Array>>();
  /** What became of packs, as far as they have moved; undefined for one that has not. */
  readonly #movedPages = new Map<string, MovedPages | undefined>();
  readonly #movedBefore: ReadonlySet<string>;

  private constructor(objects: ObjectStore, movedBefore: ReadonlySet<string>) {
    this.#objects = objects;
    this.#movedBefore = movedBefore;
  }

  /** Marks for what has moved until now; later moves are told with `addMove`. */
  static async begin(objects: ObjectStore): Promise<Marks> {
    const moved = new Set<string>();
    for await (const key of objects.listPointers("moved")) moved.add(key);
    return new Marks(objects, moved);
  }

  get packs(): Iterable<string> {
    return this.#packs.keys();
  }

  /** Pages of a pack that are alive, ascending. */
  livePages(pack: string): LivePage[] {
    const pages = [...(this.#packs.get(pack) ?? [])].map(([slot, hash]) => ({ slot, hash }));
    return pages.sort((a, b) => a.slot - b.slot);
  }

  /** True when the pack's pages are somewhere else. */
  hasMoved(pack: string): boolean {
    return this.#movedPages.get(pack) !== undefined;
  }

  /** @throws BlobError `not-found`, `damaged` when it cannot be said what the root leads to */
  async addRoot(root: Root): Promise<void> {
    for (const blob of root.blobs) this.blobs.add(blob);
    for (let next = root.checkpoint; next !== null && !this.checkpoints.has(next); ) {
      const { header, rows } = await readCheckpoint(this.#objects, next);
      for (const { put } of rows) if (put !== "zero") await this.#addPage(put);
      // Only now: what was not read to its end must be read again.
      this.checkpoints.add(next);
      next = header.parent;
    }
  }

  /** Takes note that a pack's pages have been moved, and marks them where they are now. */
  async addMove(pack: string, moved: MovedPages): Promise<void> {
    this.#movedPages.set(pack, moved);
    const pages = this.livePages(pack);
    this.#packs.delete(pack);
    this.moved.add(pack);
    for (const { slot, hash } of pages) {
      await this.#addPage(moved.follow({ hash, slot, pack: { name: pack, pageCost: 0 } }));
    }
  }

  async #addPage(ref: PageRef): Promise<void> {
    const name = ref.pack.name ?? "";
    if (!this.#movedPages.has(name)) {
      const key = movedKey(name);
      const pointer = this.#movedBefore.has(key) ? await this.#objects.readPointer(key) : undefined;
      this.#movedPages.set(name, pointer && parseMoved(name, pointer.bytes));
    }
    const moved = this.#movedPages.get(name);
    if (moved !== undefined) {
      this.moved.add(name);
      return this.#addPage(moved.follow(ref));
    }
    const pages = this.#packs.get(name) ?? new Map<number, Uint8Array>();
    this.#packs.set(name, pages);
    if (!pages.has(ref.slot)) pages.set(ref.slot, ref.hash);
  }
}

/** True for a root that keeps nothing alive. */
export function isSpent(root: Root, now: number): boolean {
  return root.removed !== null || (root.expires !== null && root.expires < now);
}

/** True for an error that says that something is not there. */
export function isNotFound(error: unknown): boolean {
  return error instanceof BlobError && error.code === "not-found";
}

import { randomUUID } from "node:crypto";
import { BlobError } from "../blob-error.ts";
import type { ObjectStore } from "../objects/object-store.ts";
import {
  collectionKey,
  readCollectionState,
  readCollectionView,
} from "../roots/collection-state.ts";
import { rootKey } from "../roots/root.ts";
import type { HeldRoot } from "../roots/root-store.ts";
import { RootStore } from "../roots/root-store.ts";
import { isNotFound, isSpent, Marks } from "./marks.ts";
import { movePacks } from "./move-packs.ts";
import { type StoreSurvey, survey } from "./survey.ts";

export interface CollectorOptions {
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /**
   * Milliseconds that something stays without anybody referring to it. It keeps the collector from
   * taking what a writer is about to refer to, which then has to be written again: it saves work and
   * is not what safety rests upon.
   */
  readonly grace?: number;
  /** Milliseconds after which another collector may go on where this one has stopped. */
  readonly lease?: number;
  /** Milliseconds that a removed root is remembered. */
  readonly memory?: number;
  /** Packs with a smaller share of living pages are written anew. */
  readonly rewriteBelow?: number;
  /** Blobs, too: only where every submission has a root (docs/storage.md). */
  readonly blobs?: boolean;
  /** Goes on for another collector although its lease has not run out. */
  readonly takeOver?: boolean;
}

export interface CollectionReport {
  readonly roots: number;
  readonly checkpoints: number;
  /** Objects that went, by kind, and their bytes. */
  readonly removed: Readonly<Record<"packs" | "checkpoints" | "blobs" | "moved" | "roots", number>>;
  readonly removedBytes: number;
  /** Packs that were written anew without their dead pages. */
  readonly rewritten: number;
  /** Bytes of packs, checkpoints and blobs before. */
  readonly bytesBefore: number;
}

const hour = 3_600_000;

/**
 * Removes what no root leads to. It may run beside any number of writers and beside other
 * collectors, be stopped or killed at any instant, and never removes what a root leads to, now or
 * later:
 *
 *   1. mark what the roots lead to; what nobody leads to, and is old enough, is *condemned*
 *   2. say so: the collection pointer gets the next generation and the list of the condemned.
 *      Whoever looks at the store from now on builds upon none of it
 *   3. touch each root (its generation becomes this one) and mark what it leads to. A writer that
 *      looked at the store before 2 cannot move its root any more without seeing the touch, and has
 *      to look again
 *   4. so what is condemned and not marked now is dead for good. Living pages of packs that are
 *      mostly dead move to new packs, and a pointer says where to
 *   5. remove the dead, then clear the list
 *
 * Pack and checkpoint names are never used twice, so a collector that sleeps in 5 while another one
 * finishes its work removes nothing but what is gone already.
 */
export class Collector {
  readonly #objects: ObjectStore;
  readonly #roots: RootStore;
  readonly #options: Required<CollectorOptions>;

  constructor(objects: ObjectStore, options: CollectorOptions = {}) {
    this.#objects = objects;
    this.#roots = new RootStore(objects);
    this.#options = {
      now: Date.now,
      grace: 24 * hour,
      lease: 6 * hour,
      memory: 30 * 24 * hour,
      rewriteBelow: 0.5,
      blobs: false,
      takeOver: false,
      ...options,
    };
  }

  /**
   * One collection.
   *
   * @throws BlobError `busy` while another one is under way; `not-found`, `damaged` when it cannot be
   *   said what a root leads to: then nothing is removed
   */
  async collect(): Promise<CollectionReport> {
    const { now, lease, grace, takeOver, blobs, memory } = this.#options;
    const { state, version } = await readCollectionState(this.#objects);
    if (state.condemned !== null && now() < state.until && !takeOver) {
      throw new BlobError(
        "busy",
        `another collection has been under way since generation ${state.generation} and may be ` +
          `until ${new Date(state.until).toISOString()}; if it is dead, use --take-over`,
      );
    }
    // What a predecessor has condemned has to go: it may still wake up and remove it.
    const carried = (await readCollectionView(this.#objects)).condemned;
    await this.#objects.tidy(now() - grace);
    const marks = await Marks.begin(this.#objects);
    const forgotten: string[] = [];
    let roots = 0;
    for await (const held of this.#roots.list()) {
      roots++;
      await this.#mark(marks, held);
      const { kind, name, removed, expires } = held.root;
      const mayReturn = kind === "template" || kind === "assignment";
      const since = removed ?? expires;
      if (!mayReturn && since !== null && since < now() - memory)
        forgotten.push(rootKey(kind, name));
    }
    const before = await survey(this.#objects, blobs);
    const condemned = new Set([...carried, ...this.#condemn(before, marks, now() - grace)]);
    const removed = { packs: 0, checkpoints: 0, blobs: 0, moved: 0, roots: 0 };
    let rewritten = 0;
    let removedBytes = 0;
    if (condemned.size > 0) {
      const until = now() + lease;
      const generation = state.generation + 1;
      const list = `condemned/${randomUUID()}`;
      await this.#objects.write(list, new TextEncoder().encode([...condemned].join("\n")));
      const mine = await this.#declare({ generation, condemned: list, until }, version);
      for await (const held of this.#roots.list()) await this.#touch(marks, held, generation);
      const mostlyDead = this.#mostlyDead(before, marks, condemned, carried);
      rewritten = await movePacks(this.#objects, marks, mostlyDead);
      for (const key of condemned) {
        if (this.#isAlive(key, marks)) continue;
        // Blobs have one name for ever, so nobody may remove them once another may have taken over.
        if (now() >= until) throw new BlobError("busy", "the collection has taken too long; again");
        const kind = kindOf(key);
        if (kind === "moved") await this.#objects.removePointer(key);
        else await this.#objects.remove(key);
        removed[kind]++;
        removedBytes += before.bytes.get(key) ?? 0;
      }
      await this.#declare({ generation, condemned: null, until: 0 }, mine);
      await this.#objects.remove(list);
    }
    for (const key of forgotten) {
      await this.#objects.removePointer(key);
      removed.roots++;
    }
    const bytesBefore = [...before.bytes.values()].reduce((sum, bytes) => sum + bytes, 0);
    const checkpoints = marks.checkpoints.size;
    return { roots, checkpoints, removed, removedBytes, rewritten, bytesBefore };
  }

  async #declare(state: object, version: string | undefined): Promise<string> {
    const bytes = new TextEncoder().encode(JSON.stringify(state));
    const moved = await this.#objects.movePointer(collectionKey, bytes, version);
    if (moved === undefined) throw new BlobError("busy", "another collection has taken over");
    return moved;
  }

  /** Everything that is old enough and not marked, and packs that are mostly dead. */
  #condemn(before: StoreSurvey, marks: Marks, oldest: number): string[] {
    const keys: string[] = [];
    for (const [key, modified] of before.modified) {
      const isOld = modified < oldest;
      const pages = before.packPages.get(key);
      if (isOld && (!this.#isAlive(key, marks) || this.#isMostlyDead(key, pages, marks))) {
        keys.push(key);
      }
    }
    for (const key of before.moved) if (!this.#isAlive(key, marks)) keys.push(key);
    return keys;
  }

  #isMostlyDead(key: string, pages: number | undefined, marks: Marks): boolean {
    const alive = marks.livePages(nameOf(key)).length;
    return pages !== undefined && alive < pages * this.#options.rewriteBelow;
  }

  /** Condemned packs with living pages that are to be moved out of them. */
  #mostlyDead(
    before: StoreSurvey,
    marks: Marks,
    condemned: ReadonlySet<string>,
    carried: ReadonlySet<string>,
  ): string[] {
    return [...condemned]
      .filter((key) => kindOf(key) === "packs" && this.#isAlive(key, marks))
      .filter(
        (key) => carried.has(key) || this.#isMostlyDead(key, before.packPages.get(key), marks),
      )
      .map(nameOf);
  }

  #isAlive(key: string, marks: Marks): boolean {
    const name = nameOf(key);
    switch (kindOf(key)) {
      case "packs":
        return marks.livePages(name).length > 0;
      case "checkpoints":
        return marks.checkpoints.has(name);
      case "moved":
        return marks.moved.has(name);
      case "blobs":
        return marks.blobs.has(name);
    }
  }

  /** Marks what a root leads to; again when the root moves on meanwhile. */
  async #mark(marks: Marks, held: HeldRoot): Promise<void> {
    for (let present: HeldRoot | undefined = held; present !== undefined; ) {
      if (isSpent(present.root, this.#options.now())) return;
      try {
        return await marks.addRoot(present.root);
      } catch (error) {
        const { kind, name } = present.root;
        const again = await this.#roots.read(kind, name);
        if (!isNotFound(error) || again?.version === present.version) throw error;
        present = again;
      }
    }
  }

  /** Gives a root this generation, and marks what it leads to at that moment. */
  async #touch(marks: Marks, held: HeldRoot, generation: number): Promise<void> {
    const { kind, name } = held.root;
    const touched = await this.#roots.update(kind, name, (root) =>
      root === undefined || root.removed !== null || root.generation >= generation
        ? undefined
        : { ...root, generation },
    );
    if (touched !== undefined) await this.#mark(marks, touched);
  }
}

type Kind = "packs" | "checkpoints" | "moved" | "blobs";

function kindOf(key: string): Kind {
  const folder = key.slice(0, key.indexOf("/"));
  return folder === "packs" || folder === "checkpoints" || folder === "moved" ? folder : "blobs";
}

/** The hash that a key stands for. */
function nameOf(key: string): string {
  const [folder = "", ...rest] = key.split("/");
  return kindOf(key) === "blobs" ? folder + rest.join("") : rest.join("");
}

import { setTimeout as sleep } from "node:timers/promises";
import { BlobError } from "../blob-error.ts";
import { blobKey } from "../blob-key.ts";
import { packKey } from "../pages/pack-format.ts";
import type { PageStore } from "../pages/page-store.ts";
import type { CollectionView } from "../roots/collection-state.ts";
import type { Root, RootKind } from "../roots/root.ts";
import { type HeldRoot, RootStore } from "../roots/root-store.ts";
import { checkpointKey } from "./checkpoint-format.ts";
import { CheckpointImage } from "./checkpoint-image.ts";
import { CheckpointWriter, type LastCheckpoint } from "./checkpoint-writer.ts";
import { type QuotaLimits, Quotas } from "./quotas.ts";
import { readChain, readCheckpoint } from "./read-chain.ts";

export interface CheckpointStoreOptions {
  readonly quotas?: QuotaLimits;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** Waits so many milliseconds. */
  readonly pause?: (milliseconds: number) => Promise<unknown>;
}

/** A run that is claimed, a template that is made: who it is and who owns it. */
export interface Claim {
  readonly name: string;
  readonly epoch: number;
  readonly labels?: Root["labels"];
}

export interface Claimed {
  readonly writer: CheckpointWriter;
  /** What there is to go on from; undefined for a run that has to begin at its beginning. */
  readonly image: CheckpointImage | undefined;
}

type Wanted = { readonly checkpoint: string } | { readonly blobs: readonly string[] };

/** How long a collection that has condemned what is wanted is waited for. */
const patience = { tries: 150, milliseconds: 200 };

/**
 * The checkpoints of runs and templates, and the roots that keep things in the store.
 *
 * Every write names the run's epoch and is checked where it is kept: `claim` moves the run's root to
 * the new epoch, and from then on an older writer cannot move it. So at most one worker's checkpoint
 * counts, however late another one wakes up.
 */
export class CheckpointStore {
  readonly roots: RootStore;
  readonly #pages: PageStore;
  readonly #quotas: Quotas;
  readonly #now: () => number;
  readonly #pause: (milliseconds: number) => Promise<unknown>;

  constructor(
    pages: PageStore,
    { quotas = {}, now = Date.now, pause = sleep }: CheckpointStoreOptions = {},
  ) {
    this.#pages = pages;
    this.roots = new RootStore(pages.objects);
    this.#quotas = new Quotas(this.roots, quotas, now);
    this.#now = now;
    this.#pause = pause;
  }

  /**
   * Takes a run over for an epoch; whoever had it with a lower one is out.
   *
   * @param template for a run that has no checkpoint yet: the template that it starts as
   * @throws BlobError `stale` when a higher epoch has it, `not-found` when there is no such template
   */
  async claim({ name, epoch, labels = {} }: Claim, template?: string): Promise<Claimed> {
    const held = await this.#take("run", { name, epoch, labels });
    const claimed =
      template !== undefined && held.root.checkpoint === null
        ? await this.#startAs(held, template)
        : held;
    const { checkpoint } = claimed.root;
    const image = checkpoint === null ? undefined : await this.load(checkpoint);
    const writer = this.#writer(claimed.root, image && lastOf(claimed.root, image));
    return { writer, image };
  }

  /**
   * As `claim`, for a run that begins again: what it had counts no more, and is not read, so it may be
   * lost or damaged.
   *
   * @throws BlobError `stale` when a higher epoch has it
   */
  async claimAnew({ name, epoch, labels = {} }: Claim): Promise<CheckpointWriter> {
    await this.#take("run", { name, epoch, labels });
    const held = await this.roots.update("run", name, (root) => {
      if (root === undefined || root.epoch !== epoch || root.removed !== null) {
        throw stale("run", name, epoch, root?.epoch ?? 0);
      }
      return { ...root, checkpoint: null, bytes: 0 };
    });
    if (held === undefined) throw new BlobError("unusable", `run ${name} cannot be taken`);
    return this.#writer(held.root, undefined);
  }

  /**
   * Takes a template's name to write it anew: `publish` something that is whole.
   *
   * @param keptFor milliseconds that it stays when nobody prolongs it; without it, for ever
   */
  async template(claim: Claim, keptFor?: number): Promise<CheckpointWriter> {
    const expires = keptFor === undefined ? null : this.#now() + keptFor;
    const { root } = await this.#take("template", { labels: {}, ...claim }, expires);
    const image = root.checkpoint === null ? undefined : await this.load(root.checkpoint);
    return this.#writer(root, image && lastOf(root, image));
  }

  /** The present checkpoint of a run or template; undefined when there is none. */
  async open(kind: RootKind, name: string): Promise<CheckpointImage | undefined> {
    const held = await this.roots.read(kind, name);
    const checkpoint = held?.root.removed === null ? held.root.checkpoint : null;
    return checkpoint === null ? undefined : this.load(checkpoint);
  }

  /** A checkpoint by its name; the caller has to know of a root that leads to it. */
  async load(checkpoint: string): Promise<CheckpointImage> {
    return new CheckpointImage(
      await readChain(this.#pages.objects, checkpoint),
      this.#pages.reader,
    );
  }

  /**
   * Makes a template of the checkpoint that a run has now.
   *
   * @throws BlobError `not-found` when the run has none
   */
  async makeTemplate(run: string, claim: Claim): Promise<void> {
    const held = await this.#take("template", { labels: {}, ...claim });
    await this.#hold(held, async () => {
      const present = await this.roots.read("run", run);
      const checkpoint = present?.root.removed === null ? present.root.checkpoint : null;
      if (checkpoint === null) throw new BlobError("not-found", `run ${run} has no checkpoint`);
      return { checkpoint };
    });
  }

  /**
   * Keeps blobs that were put before, as those of a submission.
   *
   * @throws BlobError `collected` when one is not there: put it again, then call this again
   */
  async protect(
    kind: RootKind,
    name: string,
    blobs: readonly string[],
    expires: number | null = null,
  ): Promise<void> {
    const held = await this.#take(kind, { name, epoch: 0, labels: {} }, expires);
    await this.#hold(held, async () => ({ blobs: [...new Set(blobs)] }));
  }

  /**
   * Keeps what is wanted longer. A root is moved when half of the time is over, not at each use.
   *
   * @param keptFor milliseconds from now on
   */
  async prolong(kind: RootKind, name: string, keptFor: number): Promise<void> {
    await this.roots.update(kind, name, (root) => {
      if (root === undefined || root.removed !== null || root.expires === null) return undefined;
      const now = this.#now();
      return root.expires - now < keptFor / 2 ? { ...root, expires: now + keptFor } : undefined;
    });
  }

  /**
   * Gives up what a root keeps. The root itself stays a while, so that a late writer meets it.
   *
   * @param epoch of the owner
   * @throws BlobError `stale` when a higher epoch has it
   */
  async remove(kind: RootKind, name: string, epoch: number): Promise<void> {
    await this.roots.update(kind, name, (root) => {
      if (root === undefined || root.removed !== null) return undefined;
      if (root.epoch > epoch) throw stale(kind, name, epoch, root.epoch);
      return { ...root, epoch, removed: this.#now(), checkpoint: null, blobs: [], bytes: 0 };
    });
  }

  async #take(
    kind: RootKind,
    { name, epoch, labels }: Required<Claim>,
    expires: number | null = null,
  ): Promise<HeldRoot> {
    const held = await this.roots.update(kind, name, (root) => {
      if (root === undefined) {
        const generation = 0;
        const empty = { checkpoint: null, blobs: [], removed: null, bytes: 0 };
        return { epoch, generation, expires, labels, ...empty };
      }
      // A run that has been removed never comes back, so its root can be forgotten some day.
      const isOver = root.removed !== null && (kind === "run" || kind === "submission");
      if (root.epoch > epoch || isOver) throw stale(kind, name, epoch, root.epoch);
      return { ...root, epoch, expires, labels, removed: null };
    });
    if (held === undefined) throw new BlobError("unusable", `${kind} ${name} cannot be taken`);
    return held;
  }

  async #startAs(held: HeldRoot, template: string): Promise<HeldRoot> {
    return this.#hold(held, async () => {
      const present = await this.roots.read("template", template);
      const checkpoint = present?.root.removed === null ? present.root.checkpoint : null;
      if (checkpoint === null) {
        throw new BlobError("not-found", `there is no template ${template}`);
      }
      return { checkpoint };
    });
  }

  /**
   * Lets a root lead to what is in the store already. The order is what makes it safe: the root is
   * there, then the collector's state is read, then what is wanted is looked up, then the root moves
   * unless a collector has touched it since.
   */
  async #hold(held: HeldRoot, look: () => Promise<Wanted>): Promise<HeldRoot> {
    let present: HeldRoot | undefined = held;
    for (let tries = 0; tries < patience.tries; tries++) {
      const view = await this.#pages.view();
      const wanted = await look();
      if (await this.#isSafe(wanted, view)) {
        const generation = Math.max(view.generation, present.root.generation);
        const moved: HeldRoot | undefined =
          present.root.generation > view.generation
            ? undefined
            : await this.roots.move(
                { ...present.root, generation, ...copied(wanted) },
                present.version,
              );
        if (moved !== undefined) return moved;
      } else {
        await this.#pause(patience.milliseconds);
      }
      const { kind, name, epoch } = held.root;
      present = await this.roots.read(kind, name);
      if (present === undefined || present.root.removed !== null || present.root.epoch !== epoch) {
        throw stale(kind, name, epoch, present?.root.epoch ?? 0);
      }
    }
    throw new BlobError("busy", "the store is being cleaned up; try again in a minute");
  }

  /** False while a collection may remove what is wanted. @throws BlobError `collected` */
  async #isSafe(wanted: Wanted, { condemned }: CollectionView): Promise<boolean> {
    const { objects } = this.#pages;
    if ("blobs" in wanted) {
      const keys = wanted.blobs.map(blobKey);
      if (keys.some((key) => condemned.has(key))) return false;
      for (const [index, key] of keys.entries()) {
        if ((await objects.find(key)) === undefined) {
          throw new BlobError("collected", `blob ${wanted.blobs[index]} is not stored any more`);
        }
      }
      return true;
    }
    for (let next: string | null = wanted.checkpoint; next !== null; ) {
      if (condemned.has(checkpointKey(next))) return false;
      const { header, packs } = await readCheckpoint(objects, next);
      if (packs.some(({ name = "" }) => condemned.has(packKey(name)))) return false;
      next = header.parent;
    }
    return true;
  }

  #writer(root: Root, last: LastCheckpoint | undefined): CheckpointWriter {
    return new CheckpointWriter(this.#pages, this.roots, this.#quotas, root, last);
  }
}

function copied(wanted: Wanted): Partial<Pick<Root, "checkpoint" | "blobs">> {
  return "blobs" in wanted ? { blobs: [...wanted.blobs] } : { checkpoint: wanted.checkpoint };
}

/** A checkpoint that another root's writer has made is this root's base. */
function lastOf(root: Root, { name, header }: CheckpointImage): LastCheckpoint {
  const isOwn = header.run === `${root.kind}/${root.name}`;
  return isOwn ? { name, base: header.base, depth: header.depth } : { name, base: name, depth: -1 };
}

function stale(kind: RootKind, name: string, epoch: number, present: number): BlobError {
  return new BlobError("stale", `${kind} ${name} has epoch ${present}; epoch ${epoch} is over`);
}

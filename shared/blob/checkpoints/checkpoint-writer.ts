import { randomUUID } from "node:crypto";
import { BlobError } from "../blob-error.ts";
import { packKey } from "../pages/pack-format.ts";
import { pageBytes } from "../pages/page-bytes.ts";
import type { PageStore } from "../pages/page-store.ts";
import type { PageWriter, PutStatistics } from "../pages/page-writer.ts";
import type { CollectionView } from "../roots/collection-state.ts";
import type { Root, RootKind } from "../roots/root.ts";
import type { HeldRoot, RootStore } from "../roots/root-store.ts";
import {
  type CheckpointHeader,
  type CheckpointRow,
  checkpointKey,
  writeCheckpoint,
} from "./checkpoint-format.ts";
import type { Quotas } from "./quotas.ts";
import { readChain } from "./read-chain.ts";

export interface CheckpointPart {
  readonly kind: "section" | "code";
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What a machine is at one instant. Pages and parts may be gone through more than once. */
export interface CheckpointContent {
  /**
   * Pages of the RAM, each once and good until the next one is asked for; what is wanted together is
   * best put one after the other. Those written to since this writer's last checkpoint (its base, for
   * the first one), also where they are zero now; or, when `isWhole`, all that are not zero.
   */
  readonly pages: Iterable<{ readonly page: number; readonly bytes: Uint8Array }>;
  readonly isWhole: boolean;
  readonly parts: readonly CheckpointPart[];
  readonly notes: CheckpointHeader["notes"];
}

export interface PublishedCheckpoint {
  readonly name: string;
  readonly statistics: PutStatistics;
}

/** The checkpoint that the next one's changes are counted from. */
export interface LastCheckpoint {
  readonly name: string;
  readonly base: string | null;
  /** -1 for the base itself. */
  readonly depth: number;
}

/** Parents behind one another; then the next checkpoint is written whole. */
const longestChain = 16;
/** Times that a checkpoint's pages are put, should the collector come in between each time. */
const attempts = 4;

/**
 * Writes the checkpoints of one run, in one epoch. Made by `CheckpointStore.claim`; one `publish` at
 * a time.
 */
export class CheckpointWriter {
  readonly #pages: PageStore;
  readonly #roots: RootStore;
  readonly #quotas: Quotas | undefined;
  readonly #kind: RootKind;
  readonly #name: string;
  readonly #epoch: number;
  #last: LastCheckpoint | undefined;

  constructor(
    pages: PageStore,
    roots: RootStore,
    quotas: Quotas | undefined,
    claimed: Root,
    last: LastCheckpoint | undefined,
  ) {
    this.#pages = pages;
    this.#roots = roots;
    this.#quotas = quotas;
    this.#kind = claimed.kind;
    this.#name = claimed.name;
    this.#epoch = claimed.epoch;
    this.#last = last;
  }

  /** Name of the checkpoint that the next one may build upon. */
  get last(): string | undefined {
    return this.#last?.name;
  }

  /**
   * Stores what is new and moves the run's root to it. Until it resolves the run has its former
   * checkpoint, and for ever if it throws.
   *
   * @throws BlobError `stale` when the epoch is over, `over-quota`, `collected` when the collector
   *   came in between again and again
   */
  async publish(content: CheckpointContent): Promise<PublishedCheckpoint> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#publish(content);
      } catch (error) {
        const isLost = error instanceof BlobError && error.code === "collected";
        if (!isLost || attempt === attempts) throw error;
      }
    }
  }

  async #publish(content: CheckpointContent): Promise<PublishedCheckpoint> {
    let view = await this.#pages.view();
    const writer = this.#pages.writer();
    const changed = await putPages(writer, content.pages);
    const parts = await putParts(writer, content.parts);
    await writer.finish();
    for (;;) {
      const held = await this.#held();
      if (held.root.generation > view.generation) {
        view = await this.#pages.view();
        await this.#checkUsed(writer, view);
      }
      const { header, rows, bytes } = await this.#compose(content, changed, parts, held.root);
      const { name, bytes: manifest } = writeCheckpoint(header, rows);
      const next: Root = { ...held.root, generation: view.generation, checkpoint: name, bytes };
      await this.#quotas?.check(next, held.root.bytes);
      await this.#pages.objects.write(checkpointKey(name), manifest);
      if ((await this.#roots.move(next, held.version)) !== undefined) {
        this.#last = { name, base: header.base, depth: header.depth };
        return { name, statistics: writer.statistics };
      }
    }
  }

  /** The root, if it is still this writer's. */
  async #held(): Promise<HeldRoot> {
    const held = await this.#roots.read(this.#kind, this.#name);
    const root = held?.root;
    if (held === undefined || root?.removed !== null || root.epoch !== this.#epoch) {
      throw new BlobError(
        "stale",
        `${this.#kind} ${this.#name} is no longer epoch ${this.#epoch}'s: it has ` +
          (root === undefined || root.removed !== null ? "been removed" : `epoch ${root.epoch}`),
      );
    }
    if (root.checkpoint !== (this.#last?.name ?? null)) {
      throw new BlobError("stale", `another writer has moved ${this.#kind} ${this.#name}`);
    }
    return held;
  }

  /** A collection has begun since the pages were put: are they still there, and safe? */
  async #checkUsed(writer: PageWriter, view: CollectionView): Promise<void> {
    for (const { name = "" } of writer.usedPacks) {
      const key = packKey(name);
      const isGone = view.condemned.has(key) || (await this.#pages.objects.find(key)) === undefined;
      if (isGone) {
        throw new BlobError("collected", `pack ${name} was collected before it was referred to`);
      }
    }
  }

  /** The manifest: what changed, or all of it where the chain of parents would be too long. */
  async #compose(
    content: CheckpointContent,
    changed: readonly CheckpointRow[],
    parts: readonly CheckpointRow[],
    root: Root,
  ): Promise<{ header: CheckpointHeader; rows: CheckpointRow[]; bytes: number }> {
    const last = this.#last;
    const base = last?.base ?? null;
    const isMerged = !content.isWhole && last !== undefined && last.depth >= longestChain;
    const isWhole = content.isWhole || last === undefined;
    const ram = isMerged ? await this.#merged(last.name, base, changed) : changed;
    const rows = [...(isWhole ? ram.filter(({ put }) => put !== "zero") : ram)];
    const ramRows = rows.length;
    rows.push(...parts);
    const own = rows.reduce((sum, { put }) => sum + (put === "zero" ? 0 : put.pack.pageCost), 0);
    return {
      rows,
      bytes: Math.ceil(own) + (isWhole || isMerged ? 0 : root.bytes),
      header: {
        run: `${this.#kind}/${this.#name}`,
        epoch: this.#epoch,
        token: randomUUID(),
        parent: isWhole ? null : isMerged ? base : last.name,
        base: isWhole ? null : base,
        depth: isWhole || isMerged ? 0 : last.depth + 1,
        ramRows,
        notes: content.notes,
        parts: content.parts.map(({ kind, name, bytes }) => ({ kind, name, bytes: bytes.length })),
      },
    };
  }

  async #merged(
    last: string,
    base: string | null,
    changed: readonly CheckpointRow[],
  ): Promise<CheckpointRow[]> {
    const rows = new Map<number, CheckpointRow>();
    for (const { header, rows: own } of (
      await readChain(this.#pages.objects, last, base)
    ).toReversed()) {
      for (const row of own.slice(0, header.ramRows)) rows.set(row.page, row);
    }
    for (const row of changed) rows.set(row.page, row);
    const merged = [...rows.values()].sort((a, b) => a.page - b.page);
    // Without a base there is nothing behind it that a zero would have to hide.
    return base === null ? merged.filter(({ put }) => put !== "zero") : merged;
  }
}

async function putPages(
  writer: PageWriter,
  pages: CheckpointContent["pages"],
): Promise<CheckpointRow[]> {
  const numbers: number[] = [];
  // Each page is asked for when the one before has been taken: its bytes are good until then.
  const one = function* () {
    for (const { page, bytes } of pages) {
      numbers.push(page);
      yield bytes;
    }
  };
  const puts = await writer.put(one());
  return puts.map((put, index) => ({ page: numbers[index] ?? 0, put }));
}

async function putParts(
  writer: PageWriter,
  parts: readonly CheckpointPart[],
): Promise<CheckpointRow[]> {
  const rows: CheckpointRow[] = [];
  for (const { bytes } of parts) {
    for (let offset = 0; offset < bytes.length; offset += pageBytes) {
      const page = new Uint8Array(pageBytes);
      page.set(bytes.subarray(offset, offset + pageBytes));
      const [put = "zero"] = await writer.put([page]);
      rows.push({ page: offset / pageBytes, put });
    }
  }
  return rows;
}

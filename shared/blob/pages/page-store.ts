import type { ObjectEntry, ObjectStore } from "../objects/object-store.ts";
import { type CollectionView, readCollectionView } from "../roots/collection-state.ts";
import { packKey, packLimits, parsePackFront } from "./pack-format.ts";
import { PageIndex } from "./page-index.ts";
import { PageReader } from "./page-reader.ts";
import type { PageRef } from "./page-ref.ts";
import { PageWriter } from "./page-writer.ts";

export interface PageStoreOptions {
  /** Pages of which it is known where they are, so that they are not stored again; 80 bytes each. With
   * 0 the store is not even looked through. */
  readonly knownPages?: number;
  /** Milliseconds after which it is looked again what others have stored. */
  readonly refresh?: number;
  /** Milliseconds since some instant. */
  readonly now?: () => number;
}

/** Not the wall clock, which may be set back. */
const elapsed = () => performance.now();

/** Fronts that are read at the same time while a store is looked through. */
const atOnce = 8;

/**
 * Pages of 4 KiB, each stored once.
 *
 *   const view = await pages.view();          // what is known, and what must not be built upon
 *   const writer = pages.writer();
 *   const refs = await writer.put(some);      // waits when the store is slow
 *   await writer.finish();
 *   for await (const { index, bytes } of pages.reader.read(refs)) …
 *
 * Pages that no root leads to are collected some day: who wants to keep them publishes a checkpoint
 * (checkpoints/checkpoint-writer.ts), which does all of the above.
 */
export class PageStore {
  readonly objects: ObjectStore;
  readonly reader: PageReader;
  readonly #capacity: number;
  readonly #refresh: number;
  readonly #now: () => number;
  #index: PageIndex;
  #generation: number | undefined;
  /** Keys of the packs that the index knows, and when they were listed. */
  #learned = new Set<string>();
  #listed = Number.NEGATIVE_INFINITY;
  /** The last look; the next one begins after it. */
  #looking: Promise<unknown> = Promise.resolve();

  constructor(
    objects: ObjectStore,
    { knownPages = 2 ** 19, refresh = 30_000, now = elapsed }: PageStoreOptions = {},
  ) {
    this.#refresh = refresh;
    this.#now = now;
    this.objects = objects;
    this.reader = new PageReader(objects);
    this.#capacity = knownPages;
    this.#index = new PageIndex(knownPages);
  }

  /**
   * Looks at the collector's state, and learns which pages are there: anew if the collector has been
   * at work since, else what has come in the meantime. To be called before the pages of a checkpoint are put, and once its root is there.
   */
  view(): Promise<CollectionView> {
    // Never the answer to an earlier question: the asker's root may be younger than that.
    const look = this.#looking.then(() => this.#learn());
    this.#looking = look.catch(() => {});
    return look;
  }

  writer(): PageWriter {
    return new PageWriter(this.objects, this.#index);
  }

  /** Where a page with this SHA-256 is, as far as is known here. */
  find(hash: Uint8Array): PageRef | undefined {
    return this.#index.find(hash);
  }

  async #learn(): Promise<CollectionView> {
    const view = await readCollectionView(this.objects);
    const isSame = view.generation === this.#generation;
    const now = this.#now();
    if (isSame && now - this.#listed <= this.#refresh) return view;
    // A new index: a writer that began earlier goes on adding to the one that it knows.
    const index = isSame ? this.#index : new PageIndex(this.#capacity);
    const learned = isSame ? this.#learned : new Set<string>();
    let room = this.#capacity;
    const packs: ObjectEntry[] = [];
    for await (const entry of room > 0 ? this.objects.list("packs") : []) {
      if (!view.condemned.has(entry.key) && !learned.has(entry.key)) packs.push(entry);
    }
    packs.sort((a, b) => b.modified - a.modified);
    for (let first = 0; first < packs.length && room > 0; first += atOnce) {
      const some = packs.slice(first, first + atOnce);
      for (const pages of await Promise.all(some.map(({ key }) => this.#learnPack(key, index)))) {
        room -= pages;
      }
      for (const { key } of some) learned.add(key);
    }
    this.#learned = learned;
    this.#listed = now;
    this.#index = index;
    this.#generation = view.generation;
    return view;
  }

  async #learnPack(key: string, index: PageIndex): Promise<number> {
    const name = key.slice("packs/".length).replace("/", "");
    if (packKey(name) !== key) return 0;
    const start = await this.objects.read(key, 0, packLimits.frontBytes);
    if (start === undefined) return 0;
    try {
      const front = parsePackFront(name, start);
      const pack = { name, pageCost: front.bytes / front.pages };
      for (let slot = 0; slot < front.pages; slot++)
        index.add({ hash: front.hash(slot), pack, slot });
      return front.pages;
    } catch {
      // A damaged pack is no place to find pages in; `trapline store verify` names it.
      return 0;
    }
  }
}

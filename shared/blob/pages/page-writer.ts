import { hash as digest, randomBytes } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import type { ObjectStore } from "../objects/object-store.ts";
import { compress } from "./compress.ts";
import { packKey, packLimits, packName, writePackFront } from "./pack-format.ts";
import { pageBytes } from "./page-bytes.ts";
import type { PageIndex } from "./page-index.ts";
import type { PackPlace, PageRef, PutPage } from "./page-ref.ts";

/** What a writer has done so far. */
export interface PutStatistics {
  readonly pages: number;
  readonly zeroPages: number;
  /** Pages that the store had already. */
  readonly knownPages: number;
  /** Bytes of the packs that were written. */
  readonly storedBytes: number;
}

const zeros = Buffer.alloc(pageBytes);
/** Packs on their way to the store while the next one is filled: some 20 MiB at the most. */
const mostUnderWay = 2;
/** Pages that are put in one turn of the event loop: some two milliseconds. */
const turn = 256;

/**
 * Puts pages into packs. Memory is bounded: one pack is filled and two are written, and `put` waits
 * when the store is slower than that.
 *
 *   const writer = new PageWriter(objects, index);
 *   const refs = await writer.put(pages);   // again and again
 *   await writer.finish();                  // now every ref has its pack's name
 *
 * After an error the writer is of no use any more; what it stored is collected in time.
 */
export class PageWriter {
  readonly #objects: ObjectStore;
  readonly #index: PageIndex;
  readonly #page = Buffer.alloc(pageBytes);
  readonly #used = new Set<PackPlace>();
  /** Pages of packs that are not stored yet, by hash. */
  readonly #pending = new Map<string, PageRef>();
  readonly #underWay = new Set<Promise<void>>();
  #open: { place: PackPlace; hashes: Uint8Array[]; bytes: Buffer } | undefined;
  #failure: { readonly error: unknown } | undefined;
  #pages = 0;
  #zeroPages = 0;
  #knownPages = 0;
  #storedBytes = 0;

  constructor(objects: ObjectStore, index: PageIndex) {
    this.#objects = objects;
    this.#index = index;
  }

  get statistics(): PutStatistics {
    return {
      pages: this.#pages,
      zeroPages: this.#zeroPages,
      knownPages: this.#knownPages,
      storedBytes: this.#storedBytes,
    };
  }

  /** The packs that this writer's pages are in, its own and others'. */
  get usedPacks(): Iterable<PackPlace> {
    return this.#used;
  }

  /**
   * Stores pages of 4096 bytes each, in this order. A page's bytes are the caller's again when the
   * next one is asked for.
   *
   * @throws whatever the store has thrown
   */
  async put(pages: Iterable<Uint8Array>): Promise<PutPage[]> {
    const refs: PutPage[] = [];
    for (const page of pages) {
      // Whoever puts many pages that are known shall not keep everything else waiting.
      if (refs.length % turn === turn - 1) await setImmediate();
      refs.push(this.#place(page));
      if (this.#open?.hashes.length === packLimits.pages) this.#seal();
      while (this.#underWay.size > mostUnderWay) await Promise.race(this.#underWay);
      this.#check();
    }
    return refs;
  }

  /** Waits until all that was put is stored. */
  async finish(): Promise<void> {
    this.#seal();
    await Promise.all(this.#underWay);
    this.#check();
  }

  #place(bytes: Uint8Array): PutPage {
    if (bytes.length !== pageBytes) throw new RangeError(`a page has ${pageBytes} bytes`);
    // A machine's memory is shared, and hashes are not made of shared memory; and what is hashed
    // must be what is stored.
    const page = this.#page;
    page.set(bytes);
    this.#pages++;
    if (zeros.equals(page)) {
      this.#zeroPages++;
      return "zero";
    }
    const hash = digest("sha256", page, "buffer");
    const key = hash.toString("latin1");
    const known = this.#pending.get(key) ?? this.#index.find(hash);
    if (known !== undefined) {
      this.#knownPages++;
      this.#used.add(known.pack);
      return known;
    }
    this.#open ??= {
      place: { name: undefined, pageCost: 0 },
      hashes: [],
      bytes: Buffer.allocUnsafe(packLimits.pages * pageBytes),
    };
    const { place, hashes, bytes: pack } = this.#open;
    const ref = { hash, pack: place, slot: hashes.length };
    pack.set(page, ref.slot * pageBytes);
    hashes.push(hash);
    this.#pending.set(key, ref);
    this.#used.add(place);
    return ref;
  }

  /** Sends the open pack on its way. */
  #seal(): void {
    const pack = this.#open;
    if (pack === undefined) return;
    this.#open = undefined;
    const writing = this.#write(pack.place, pack.hashes, pack.bytes).then(
      () => {
        for (const [slot, hash] of pack.hashes.entries()) {
          this.#pending.delete(Buffer.from(hash).toString("latin1"));
          this.#index.add({ hash, pack: pack.place, slot });
        }
      },
      (error: unknown) => {
        this.#failure ??= { error };
      },
    );
    this.#underWay.add(writing);
    void writing.finally(() => this.#underWay.delete(writing));
  }

  async #write(place: PackPlace, hashes: readonly Uint8Array[], bytes: Buffer): Promise<void> {
    const groups: { bytes: Uint8Array; isRaw: boolean }[] = [];
    const groupBytes = packLimits.groupPages * pageBytes;
    for (let offset = 0; offset < hashes.length * pageBytes; offset += groupBytes) {
      const end = Math.min(offset + groupBytes, hashes.length * pageBytes);
      const raw = bytes.subarray(offset, end);
      const packed = await compress(raw);
      groups.push({ bytes: packed ?? raw, isRaw: packed === undefined });
    }
    const front = writePackFront(
      randomBytes(16),
      hashes,
      groups.map((group) => ({ bytes: group.bytes.length, isRaw: group.isRaw })),
    );
    const name = packName(front);
    const whole = Buffer.concat([front, ...groups.map((group) => group.bytes)]);
    await this.#objects.write(packKey(name), whole);
    place.name = name;
    place.pageCost = whole.length / hashes.length;
    this.#storedBytes += whole.length;
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}

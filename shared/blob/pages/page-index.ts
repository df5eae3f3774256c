import type { PackPlace, PageRef } from "./page-ref.ts";

/**
 * Which pages are stored already, by hash: at most about `capacity` of them, 80 bytes each.
 *
 * Two tables: when the young one is full it becomes the old one, and what the old one held is
 * forgotten, except for what was asked for meanwhile. To forget costs space in the store and nothing
 * else.
 */
export class PageIndex {
  readonly #half: number;
  #young: HashTable;
  #old: HashTable | undefined;

  constructor(capacity: number) {
    this.#half = Math.max(1, Math.floor(capacity / 2));
    this.#young = new HashTable(this.#half);
  }

  /** Where a page with this hash is; undefined for one that is not known. */
  find(hash: Uint8Array): PageRef | undefined {
    const young = this.#young.find(hash);
    if (young !== undefined) return young;
    const old = this.#old?.find(hash);
    if (old !== undefined) this.add(old);
    return old;
  }

  add(ref: PageRef): void {
    if (this.#young.size >= this.#half) {
      this.#old = this.#young;
      this.#young = new HashTable(this.#half);
    }
    this.#young.add(ref);
  }

  clear(): void {
    this.#old = undefined;
    this.#young = new HashTable(this.#half);
  }
}

/** Open addressing, grown by doubling: no object per page, so half a million pages are 40 MB. */
class HashTable {
  readonly #most: number;
  #mask = 1023;
  #hashes = new Uint32Array(1024 * 8);
  /** Number of the pack + 1; 0 for a free place. */
  #packs = new Uint32Array(1024);
  #slots = new Uint16Array(1024);
  readonly #places: PackPlace[] = [];
  readonly #numbers = new Map<PackPlace, number>();
  size = 0;

  constructor(most: number) {
    this.#most = most;
  }

  find(hash: Uint8Array): PageRef | undefined {
    const at = this.#locate(wordsOf(hash));
    const pack = this.#places[(this.#packs[at] ?? 0) - 1];
    return pack === undefined ? undefined : { hash, pack, slot: this.#slots[at] ?? 0 };
  }

  add({ hash, pack, slot }: PageRef): void {
    if (this.size >= this.#most) return;
    if (this.size * 2 > this.#mask) this.#grow();
    let number = this.#numbers.get(pack);
    if (number === undefined) {
      number = this.#places.push(pack);
      this.#numbers.set(pack, number);
    }
    this.#set(wordsOf(hash), number, slot);
  }

  #set(words: Uint32Array, number: number, slot: number): void {
    const at = this.#locate(words);
    if (this.#packs[at] === 0) this.size++;
    this.#hashes.set(words, at * 8);
    this.#packs[at] = number;
    this.#slots[at] = slot;
  }

  /** The place of these words, or the free one where they would go. */
  #locate(words: Uint32Array): number {
    let at = (words[0] ?? 0) & this.#mask;
    while (this.#packs[at] !== 0 && !this.#isAt(at * 8, words)) at = (at + 1) & this.#mask;
    return at;
  }

  #isAt(offset: number, words: Uint32Array): boolean {
    for (let index = 0; index < 8; index++) {
      if (this.#hashes[offset + index] !== words[index]) return false;
    }
    return true;
  }

  #grow(): void {
    const [hashes, packs, slots] = [this.#hashes, this.#packs, this.#slots];
    const places = packs.length * 2;
    this.#mask = places - 1;
    this.#hashes = new Uint32Array(places * 8);
    this.#packs = new Uint32Array(places);
    this.#slots = new Uint16Array(places);
    this.size = 0;
    for (const [at, pack] of packs.entries()) {
      if (pack !== 0) this.#set(hashes.subarray(at * 8, at * 8 + 8), pack, slots[at] ?? 0);
    }
  }
}

function wordsOf(hash: Uint8Array): Uint32Array {
  return hash.byteOffset % 4 === 0
    ? new Uint32Array(hash.buffer, hash.byteOffset, 8)
    : new Uint32Array(Uint8Array.from(hash).buffer);
}

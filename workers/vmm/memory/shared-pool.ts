/**
 * Numbered things of machine memory (frames, pages of decoded code) that all pCPU threads take from
 * one store and may hold together. One view of the store for each thread.
 *
 *     const frame = pool.allocate();     // zero-filled, one reference
 *     pool.retain(frame);                // while somebody holds it, on whatever thread
 *     pool.release(frame);               // true: that was the last reference of all threads
 *
 * Each thing has a word: bit t says that thread t holds references to it, bit 31 that it was in use
 * before and is no longer zero. How many more than one it holds a thread counts for itself. So taking one
 * is a compare-and-exchange of the word, and what a thread that ended had held is known exactly,
 * wherever it was: the words with its bit.
 *
 * A thread looks for free ones among those that it released last, then in a chunk that it claims for
 * itself, then everywhere. What it believes to be free is a guess until the word is exchanged.
 */
import type { MachineAddress } from "../base/units.ts";
import { Claims, type PcpuNumber } from "./claims.ts";

/** Threads that one machine memory can have: the bits of a word but one. */
export const mostPcpus = 31;
const wasUsed = 2 ** 31;
const holders = wasUsed - 1;
/** Free ones that a thread keeps for itself before it looks for whole chunks to give back. */
const fewestKept = 1024;

export interface SharedPoolPlace {
  /** Address of the words, of which there is one for each number from 0 on. */
  readonly words: MachineAddress;
  /** Addresses of the chunks' claims, and of what each thread has promised. */
  readonly claims: MachineAddress;
  readonly promises: MachineAddress;
  readonly first: number;
  readonly end: number;
  readonly perChunk: number;
}

export class SharedPool {
  readonly #memory: Int32Array;
  readonly #pcpu: PcpuNumber;
  readonly #place: SharedPoolPlace;
  readonly #clear: (thing: number) => void;
  readonly #bit: number;
  readonly #wordOf: number;
  readonly #claims: Claims;
  readonly #own = new Set<number>();
  /** For each, the references of this thread beyond the first: address space until there are any. */
  readonly #more: Int32Array;
  #free: number[] = [];
  #trimAt = fewestKept;
  /** Where the search everywhere goes on. */
  #cursor: number;

  /**
   * @param memory all of machine memory
   * @param clear fills one with zeros that was in use before
   */
  constructor(
    memory: Int32Array,
    pcpu: PcpuNumber,
    place: SharedPoolPlace,
    clear: (thing: number) => void,
  ) {
    this.#memory = memory;
    this.#pcpu = pcpu;
    this.#place = place;
    this.#clear = clear;
    this.#bit = 2 ** pcpu;
    this.#wordOf = place.words / 4;
    this.#claims = new Claims(memory, place.claims, Math.ceil(place.end / place.perChunk));
    this.#more = new Int32Array(place.end);
    this.#cursor = place.first;
  }

  get size(): number {
    return this.#place.end - this.#place.first;
  }

  /** How many are in use, by any thread. Looks at all of them. */
  get used(): number {
    let used = 0;
    for (let thing = this.#place.first; thing < this.#place.end; thing++) {
      if (!this.#isFree(thing)) used++;
    }
    return used;
  }

  /**
   * One that nobody held, with one reference; undefined when none is left.
   *
   * @param isOverwritten the caller fills all of it at once; else it is zero-filled
   */
  allocate(isOverwritten = false): number | undefined {
    for (;;) {
      const thing = this.#free.pop();
      if (thing === undefined) {
        if (!this.#findFree()) return undefined;
        continue;
      }
      const at = this.#wordOf + thing;
      const before = Atomics.load(this.#memory, at);
      if ((before & holders) !== 0) continue;
      const taken = this.#bit | wasUsed | 0;
      if (Atomics.compareExchange(this.#memory, at, before, taken) !== before) continue;
      if (before !== 0 && !isOverwritten) this.#clear(thing);
      return thing;
    }
  }

  /** One more reference. Whoever asks must know that somebody holds one until this has come back. */
  retain(thing: number): void {
    const at = this.#wordOf + thing;
    // Nobody else sets or clears this thread's bit, and to look costs a third of the exchange.
    const isHeld = (Atomics.load(this.#memory, at) & this.#bit) !== 0;
    if (isHeld) this.#more[thing] = (this.#more[thing] as number) + 1;
    else Atomics.or(this.#memory, at, this.#bit);
  }

  /** @returns true where this was the last reference of all threads and it is free now */
  release(thing: number): boolean {
    const more = this.#more[thing] as number;
    if (more > 0) {
      this.#more[thing] = more - 1;
      return false;
    }
    const before = Atomics.and(this.#memory, this.#wordOf + thing, ~this.#bit);
    if ((before & this.#bit) === 0) throw new Error(`${thing} is not held by this thread`);
    if ((before & holders) !== this.#bit) return false;
    this.#free.push(thing);
    if (this.#free.length >= this.#trimAt) this.#giveBackChunks();
    return true;
  }

  /**
   * References of this thread, and one for each other thread that holds any. Where it is one, nobody
   * else can get hold of it meanwhile.
   */
  references(thing: number): number {
    let count = this.#more[thing] as number;
    const all = Atomics.load(this.#memory, this.#wordOf + thing) & holders;
    for (let rest = all; rest !== 0; rest &= rest - 1) count++;
    return count;
  }

  /**
   * Promises so many to somebody on this thread: what is promised by all threads together is never
   * more than there is.
   *
   * @returns false where that would be too many
   */
  promise(count: number): boolean {
    const first = this.#place.promises / 4;
    Atomics.add(this.#memory, first + this.#pcpu, count);
    let promised = 0;
    for (let pcpu = 0; pcpu < mostPcpus; pcpu++)
      promised += Atomics.load(this.#memory, first + pcpu);
    if (promised > this.size) this.takeBack(count);
    return promised <= this.size;
  }

  /** What was promised is not needed any more. */
  takeBack(count: number): void {
    Atomics.sub(this.#memory, this.#place.promises / 4 + this.#pcpu, count);
  }

  /**
   * Takes all from a thread that has ended: its references, claims and promises. A second time there
   * is nothing left to take.
   *
   * @returns how many are free now that were not
   */
  reclaim(pcpu: PcpuNumber): number {
    const bit = 2 ** pcpu;
    let freed = 0;
    for (let thing = this.#place.first; thing < this.#place.end; thing++) {
      const at = this.#wordOf + thing;
      if (((this.#memory[at] as number) & bit) === 0) continue;
      const before = Atomics.and(this.#memory, at, ~bit);
      if ((before & holders) === bit) freed++;
    }
    for (const chunk of this.#claims.of(pcpu)) this.#claims.giveBack(chunk);
    Atomics.store(this.#memory, this.#place.promises / 4 + pcpu, 0);
    return freed;
  }

  #isFree(thing: number): boolean {
    return ((this.#memory[this.#wordOf + thing] as number) & holders) === 0;
  }

  /** Fills the list of free ones, the lowest on top. @returns false where there are none at all */
  #findFree(): boolean {
    const { perChunk, first, end } = this.#place;
    const firstChunk = Math.floor(first / perChunk);
    for (;;) {
      const chunk = this.#claims.claimAny(this.#pcpu, firstChunk);
      if (chunk === undefined) break;
      this.#own.add(chunk);
      const [from, to] = this.#span(chunk);
      for (let thing = to - 1; thing >= from; thing--) {
        if (this.#isFree(thing)) this.#free.push(thing);
      }
      if (this.#free.length > 0) return true;
    }
    for (let seen = 0; seen < this.size && this.#free.length < perChunk; seen++) {
      if (this.#isFree(this.#cursor)) this.#free.push(this.#cursor);
      this.#cursor = this.#cursor + 1 === end ? first : this.#cursor + 1;
    }
    return this.#free.length > 0;
  }

  /** The numbers of a chunk: the first, and the one behind the last. */
  #span(chunk: number): readonly [number, number] {
    const { perChunk, first, end } = this.#place;
    return [Math.max(first, chunk * perChunk), Math.min(end, (chunk + 1) * perChunk)];
  }

  #giveBackChunks(): void {
    const { perChunk } = this.#place;
    const whole = new Set<number>();
    for (const chunk of this.#own) {
      const [from, to] = this.#span(chunk);
      let thing = from;
      while (thing < to && this.#isFree(thing)) thing++;
      if (thing === to) whole.add(chunk);
    }
    this.#free = this.#free.filter((thing) => !whole.has(Math.floor(thing / perChunk)));
    for (const chunk of whole) {
      this.#own.delete(chunk);
      this.#claims.giveBack(chunk);
    }
    this.#trimAt = fewestKept + 2 * this.#free.length;
  }
}

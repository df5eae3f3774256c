/**
 * The translations that a thread has, found by content: for all its VMs, harts and address spaces the
 * same. A region that is needed again, in another VM, after its page was written to and is as before,
 * or because it was kept from an earlier run, is not written and compiled again.
 *
 *     library.add(region);
 *     library.find(shapeKey(words));            // what is known of exactly this shape
 *     library.candidates(offset, bits);         // what could be entered at such an instruction
 *
 * It outlives runs and their images, so it is bounded: what was not used for longest goes, and first of
 * all what no machine has at the time.
 */
import { pageBytes } from "../memory/layout.ts";
import type { LibraryRegion } from "./library-region.ts";

/**
 * With more of them those go that no machine has. A boot of Linux makes some 300. Each may be a module of the
 * host's, which takes 20 KiB however small it is; guests with code of their own, one after another, must not
 * have all of theirs kept.
 */
const mostUnused = 2000;
/** Of a thread, and of all threads of a worker, whoever has them: V8 has died of some 30,000 modules. */
const [mostOfThread, mostOfWorker] = [8000, 16_000];
/** Keys, of which nothing else is left. */
const mostRefused = 8000;

export class CodeLibrary {
  readonly #most: number;
  readonly #mostInUse: number;
  /** By key, what was not used for longest first. */
  readonly #regions = new Map<string, LibraryRegion>();
  /** Keys of what cannot be translated, the oldest first. */
  readonly #refused = new Set<string>();
  /** By the first instruction of each entry and its offset in its page; the largest first. */
  readonly #byStart = new Map<number, LibraryRegion[]>();

  /** @param mostInUse where machines have that many of them */
  constructor(most = mostUnused, mostInUse = most) {
    this.#most = most;
    this.#mostInUse = mostInUse;
  }

  /** Of one of so many threads. */
  static ofThread(threads: number): CodeLibrary {
    const share = Math.floor(Math.min(mostOfThread, mostOfWorker / threads));
    return new CodeLibrary(Math.min(mostUnused, share), share);
  }

  get size(): number {
    return this.#regions.size;
  }

  /** @returns what `key` has; "unknown" where it was not asked for yet */
  find(key: string): LibraryRegion | "refused" | "unknown" {
    const region = this.#regions.get(key);
    if (!region) return this.#refused.has(key) ? "refused" : "unknown";
    this.used(region);
    return region;
  }

  /** What there was of it is gone, too, and is not added again. */
  refuse(key: string): void {
    this.#remove(key);
    const [oldest] = this.#refused;
    if (this.#refused.size >= mostRefused && oldest !== undefined) this.#refused.delete(oldest);
    this.#refused.add(key);
  }

  /** Nothing of it is believed any more; what was refused stays refused. */
  clear(): void {
    for (const key of [...this.#regions.keys()]) this.#remove(key);
  }

  /**
   * What is known already stays, and what was refused, too.
   *
   * @param isInUse whether a machine has it at this time
   * @returns what had to make room: no machine may have it any more
   */
  add(
    region: LibraryRegion,
    isInUse: (region: LibraryRegion) => boolean = () => false,
  ): LibraryRegion | undefined {
    if (this.find(region.key) !== "unknown") return undefined;
    const evicted = this.#leastUsed(isInUse);
    if (evicted) this.#remove(evicted.key);
    this.#regions.set(region.key, region);
    for (const start of startsOf(region)) {
      const others = this.#byStart.get(start) ?? [];
      others.push(region);
      others.sort((a, b) => b.instructions - a.instructions);
      this.#byStart.set(start, others);
    }
    return evicted;
  }

  /** A candidate was it: what is used stays longer than what is not. */
  used(region: LibraryRegion): void {
    if (this.#regions.delete(region.key)) this.#regions.set(region.key, region);
  }

  /** Regions with an entry at this offset of a page that begins with these instruction bits. */
  candidates(offset: number, bits: number): readonly LibraryRegion[] {
    return this.#byStart.get(startKey(offset, bits)) ?? none;
  }

  /** All that there is, what was not used for longest first. */
  [Symbol.iterator](): Iterator<LibraryRegion> {
    return this.#regions.values();
  }

  #leastUsed(isInUse: (region: LibraryRegion) => boolean): LibraryRegion | undefined {
    if (this.#regions.size < this.#most) return undefined;
    for (const region of this.#regions.values()) if (!isInUse(region)) return region;
    if (this.#regions.size < this.#mostInUse) return undefined;
    const [oldest] = this.#regions.values();
    return oldest;
  }

  #remove(key: string): void {
    const region = this.#regions.get(key);
    if (!region) return;
    this.#regions.delete(key);
    for (const start of startsOf(region)) {
      const others = (this.#byStart.get(start) ?? []).filter((other) => other !== region);
      if (others.length > 0) this.#byStart.set(start, others);
      else this.#byStart.delete(start);
    }
  }
}

const none: readonly LibraryRegion[] = [];

function startKey(offset: number, bits: number): number {
  return (bits >>> 0) * pageBytes + offset;
}

function* startsOf({ starts }: LibraryRegion): Generator<number> {
  for (const [place, bits] of starts) {
    const inPage = place - Math.floor(place / pageBytes) * pageBytes;
    yield startKey(inPage, bits);
  }
}

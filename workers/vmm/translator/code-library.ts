/**
 * The translations that a thread has, found by content: for all its VMs, harts and address spaces the
 * same. A region that is needed again, in another VM, after its page was written to and is as before,
 * or because it was kept from an earlier run, is not written and compiled again.
 *
 *     library.add(shapeKey(words), region);
 *     library.find(shapeKey(words));            // what is known of exactly this shape
 *     library.candidates(offset, bits);         // what could be entered at such an instruction
 */
import { pageBytes } from "../memory/layout.ts";
import type { RegionShape } from "./region-shape.ts";
import type { TranslatedRegion } from "./translation.ts";

/** A translation, ready to be called wherever its shape is found. */
export interface LibraryRegion {
  readonly shape: RegionShape;
  readonly translated: TranslatedRegion;
  /** The function. */
  readonly target: unknown;
  readonly instructions: number;
}

/**
 * A boot of Linux makes some 300. Each may be a module of the host's, which takes 20 KiB however small it
 * is; guests with code of their own, one after another, must not have all of theirs kept.
 */
const mostRegions = 2000;

export class CodeLibrary {
  readonly #most: number;
  /** By key, what was used longest ago first; undefined for what the host has refused. */
  readonly #regions = new Map<string, LibraryRegion | undefined>();
  readonly #keys = new WeakMap<LibraryRegion, string>();
  /** By the first instruction of each entry and its offset in its page; the largest first. */
  readonly #byStart = new Map<number, LibraryRegion[]>();

  constructor(most = mostRegions) {
    this.#most = most;
  }

  get size(): number {
    return this.#regions.size;
  }

  /** @returns what `key` has; "unknown" where it was not asked for yet */
  find(key: string): LibraryRegion | "refused" | "unknown" {
    const region = this.#regions.get(key);
    if (region) {
      this.used(region);
      return region;
    }
    return this.#regions.has(key) ? "refused" : "unknown";
  }

  /** What there was of it is gone, too. */
  refuse(key: string): void {
    this.#remove(key);
    this.#makeRoom();
    this.#regions.set(key, undefined);
  }

  /** Nothing of it is believed any more; what was refused stays refused. */
  clear(): void {
    for (const [key, region] of this.#regions) if (region) this.#remove(key);
  }

  /** What is known already stays. */
  add(key: string, region: LibraryRegion): void {
    if (this.#regions.get(key)) return;
    this.#makeRoom();
    this.#regions.set(key, region);
    this.#keys.set(region, key);
    for (const start of startsOf(region)) {
      const others = this.#byStart.get(start) ?? [];
      others.push(region);
      others.sort((a, b) => b.instructions - a.instructions);
      this.#byStart.set(start, others);
    }
  }

  /** A candidate was it: what is used stays longer than what is not. */
  used(region: LibraryRegion): void {
    const key = this.#keys.get(region);
    if (key === undefined || !this.#regions.delete(key)) return;
    this.#regions.set(key, region);
  }

  /** Regions with an entry at this offset of a page that begins with these instruction bits. */
  candidates(offset: number, bits: number): readonly LibraryRegion[] {
    return this.#byStart.get(startKey(offset, bits)) ?? none;
  }

  /** All that there is, what was used longest ago first. */
  *[Symbol.iterator](): Generator<LibraryRegion> {
    for (const region of this.#regions.values()) if (region) yield region;
  }

  #makeRoom(): void {
    if (this.#regions.size < this.#most) return;
    const [oldest] = this.#regions.keys();
    if (oldest !== undefined) this.#remove(oldest);
  }

  #remove(key: string): void {
    const region = this.#regions.get(key);
    this.#regions.delete(key);
    if (!region) return;
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

function* startsOf({ shape, translated }: LibraryRegion): Generator<number> {
  for (const place of translated.entries) {
    const bits = shape.blocks.get(place)?.instructions[0]?.bits ?? 0;
    const inPage = place - Math.floor(place / pageBytes) * pageBytes;
    yield startKey(inPage, bits);
  }
}

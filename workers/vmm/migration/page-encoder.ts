/**
 * The source's half of the page codec: says each page as shortly as it can, given what the
 * destination has of it, and keeps statistics.
 *
 *     encoder.add(page, bytes);    // any number of times
 *     const { data, size } = encoder.takeBatch();
 */
import type { Bytes, Pages } from "../base/units.ts";
import { isZero } from "../memory/is-zero.ts";
import { pageBytes } from "../memory/layout.ts";
import type { Compression } from "./compression.ts";
import type { KnownContent } from "./known-content.ts";
import { BatchWriter, type PageKind } from "./page-batch.ts";
import { PageCache } from "./page-cache.ts";
import { encodeDelta } from "./page-delta.ts";

/** What was sent of one kind. */
export interface KindStatistics {
  pages: Pages;
  /** Before compression, without the few bytes that name the pages. */
  bytes: Bytes;
}

/** A delta that is longer is not worth the cache's time. */
const longestDelta: Bytes = (pageBytes * 3) / 4;

/** A batch that stays larger than this part of itself is noise: what comes next is likely to be noise, too. */
const noise = 15 / 16;
/** Smaller batches are compressed quickly. */
const worthSkipping: Bytes = 2 ** 16;
/** Behind so many batches of noise 2 to the power of it are not looked at. */
const mostInVain = 2;

export class PageEncoder {
  readonly #contents: readonly KnownContent[];
  readonly #compression: Compression | undefined;
  readonly #cache: PageCache;
  /** What the destination holds, as far as it is not in the cache: a content's number, or -1. */
  readonly #sent = new Map<number, number>();
  readonly #statistics: Readonly<Record<PageKind, KindStatistics>> = {
    zero: { pages: 0, bytes: 0 },
    known: { pages: 0, bytes: 0 },
    plain: { pages: 0, bytes: 0 },
    delta: { pages: 0, bytes: 0 },
  };
  #compressedFrom: Bytes = 0;
  #compressedTo: Bytes = 0;
  readonly #batch = new BatchWriter();
  #isEmpty = true;
  /** Batches in a row that were compressed in vain, and how many more are not tried. */
  #inVain = 0;
  #skipped = 0;

  /** @param options.contents those that the destination has, in the order of `welcome.contents` */
  constructor(options: {
    contents: readonly KnownContent[];
    compression?: Compression | undefined;
    cachePages: Pages;
  }) {
    this.#contents = options.contents;
    this.#compression = options.compression;
    this.#cache = new PageCache(options.cachePages);
  }

  get statistics(): Readonly<Record<PageKind, Readonly<KindStatistics>>> {
    return this.#statistics;
  }

  /** What compression was given, and what it made of it. */
  get compressed(): { readonly from: Bytes; readonly to: Bytes } {
    return { from: this.#compressedFrom, to: this.#compressedTo };
  }

  /** Whether there is nothing in the batch under way. */
  get isEmpty(): boolean {
    return this.#isEmpty;
  }

  /** Whether a page costs nothing to speak of: zeros, or what the destination has. */
  isCheap(page: number, bytes: Uint8Array): boolean {
    return isZero(bytes) || this.#knownAs(page, bytes) >= 0;
  }

  /** @param isWhole the destination may have lost what was sent before */
  add(page: number, bytes: Uint8Array, isWhole = false): void {
    if (this.#isEmpty) this.#batch.begin();
    this.#isEmpty = false;
    if (isZero(bytes)) {
      this.#forget(page);
      this.#count("zero", 0);
      this.#batch.add({ page, kind: "zero" });
      return;
    }
    const content = this.#knownAs(page, bytes);
    if (content >= 0) {
      this.#forget(page);
      this.#sent.set(page, content);
      this.#count("known", 0);
      this.#batch.add({ page, kind: "known", content });
      return;
    }
    const isResent = this.#sent.has(page);
    const sent = isWhole ? undefined : this.#lastSent(page);
    const known = isWhole || isResent ? -1 : this.#contents.findIndex((one) => one.page(page));
    const old = sent ?? this.#contents[known]?.page(page);
    const delta = old && encodeDelta(old, bytes, longestDelta);
    this.#sent.set(page, -1);
    // What is sent once only, most of a RAM, would wash out of the cache what is written often.
    if (isResent || old) this.#cache.set(page, bytes);
    // The destination begins with what it has, and changes it.
    if (delta && !sent) this.#batch.add({ page, kind: "known", content: known });
    if (delta) this.#batch.add({ page, kind: "delta", bytes: delta });
    else this.#batch.add({ page, kind: "plain", bytes });
    this.#count(delta ? "delta" : "plain", (delta ?? bytes).length);
  }

  /**
   * The batch under way, and its size when it is not compressed any more, 0 if it is not. The bytes are
   * good until the next page is added.
   */
  takeBatch(): { readonly data: Uint8Array; readonly size: Bytes } {
    const batch = this.#batch.end();
    this.#isEmpty = true;
    if (batch.length >= worthSkipping && this.#skipped > 0) {
      this.#skipped--;
      return { data: batch, size: 0 };
    }
    const packed = this.#compression?.compress(batch);
    const isSmaller = packed !== undefined && packed.length < batch.length * noise;
    if (batch.length >= worthSkipping) {
      this.#inVain = isSmaller ? 0 : Math.min(this.#inVain + 1, mostInVain);
      this.#skipped = isSmaller ? 0 : 2 ** this.#inVain;
    }
    if (!isSmaller) return { data: batch, size: 0 };
    this.#compressedFrom += batch.length;
    this.#compressedTo += packed.length;
    return { data: packed, size: batch.length };
  }

  #knownAs(page: number, bytes: Uint8Array): number {
    return this.#contents.findIndex((content) => isSame(content.page(page), bytes));
  }

  #lastSent(page: number): Uint8Array | undefined {
    const content = this.#sent.get(page);
    if (content !== undefined && content >= 0) return this.#contents[content]?.page(page);
    return this.#cache.get(page);
  }

  #forget(page: number): void {
    this.#sent.delete(page);
    this.#cache.delete(page);
  }

  #count(kind: PageKind, bytes: Bytes): void {
    this.#statistics[kind].pages++;
    this.#statistics[kind].bytes += bytes;
  }
}

function isSame(a: Uint8Array | undefined, b: Uint8Array): boolean {
  if (a === undefined) return false;
  if (a.byteOffset % 4 !== 0 || b.byteOffset % 4 !== 0) {
    return a.every((byte, i) => byte === b[i]);
  }
  const old = new Int32Array(a.buffer, a.byteOffset, pageBytes / 4);
  const now = new Int32Array(b.buffer, b.byteOffset, pageBytes / 4);
  for (let i = 0; i < now.length; i++) if (old[i] !== now[i]) return false;
  return true;
}

import type { BlockBackend, Bytes } from "../vmm/mod.ts";

/** Where an overlay reads what has not been written yet. */
export type BlockSource = Pick<BlockBackend, "bytes" | "read">;

/** Pages of 4 KiB in the order in which they were first written, so that a later list begins alike. */
export interface WrittenBlocks {
  readonly pages: Uint32Array;
  /** Page behind page; the disk's last one is filled up. */
  readonly content: Uint8Array;
}

const pageBytes = 4096;

/**
 * Copy-on-write: reads come from the source until a page of 4 KiB is written, writes stay here and
 * vanish with the overlay. Any number of overlays may share one source that nobody writes.
 */
export class OverlayBlock implements BlockBackend {
  readonly bytes: Bytes;
  readonly #source: BlockSource;
  readonly #pages = new Map<number, Uint8Array>();

  constructor(source: BlockSource) {
    this.#source = source;
    this.bytes = source.bytes;
  }

  read(offset: Bytes, target: Uint8Array): void {
    this.#source.read(offset, target);
    for (const { page, start, from, to } of spans(offset, target.length)) {
      const own = this.#pages.get(page);
      if (own !== undefined) {
        target.set(own.subarray(start, start + to - from), from);
      }
    }
  }

  write(offset: Bytes, source: Uint8Array): void {
    for (const { page, start, from, to } of spans(offset, source.length)) {
      this.#ownPage(page).set(source.subarray(from, to), start);
    }
  }

  flush(): void {
    // Nothing outlives the overlay, so there is nothing to make durable.
  }

  /** What was written, as `restore` of an overlay over the same source takes it. */
  save(): WrittenBlocks {
    const content = new Uint8Array(this.#pages.size * pageBytes);
    let at = 0;
    for (const own of this.#pages.values()) {
      content.set(own, at);
      at += pageBytes;
    }
    return { pages: Uint32Array.from(this.#pages.keys()), content };
  }

  /** @throws RangeError for pages that the disk does not have */
  restore({ pages, content }: WrittenBlocks): void {
    for (const [index, page] of pages.entries()) {
      const length = Math.min(pageBytes, this.bytes - page * pageBytes);
      const own = content.slice(index * pageBytes, index * pageBytes + length);
      if (length <= 0 || own.length < length) throw new RangeError("the disk has no such page");
      this.#pages.set(page, own);
    }
  }

  #ownPage(page: number): Uint8Array {
    const own = this.#pages.get(page);
    if (own !== undefined) {
      return own;
    }
    const copy = new Uint8Array(Math.min(pageBytes, this.bytes - page * pageBytes));
    this.#source.read(page * pageBytes, copy);
    this.#pages.set(page, copy);
    return copy;
  }
}

interface Span {
  readonly page: number;
  /** Offset inside the page. */
  readonly start: Bytes;
  /** The part of the transfer that lies in the page. */
  readonly from: Bytes;
  readonly to: Bytes;
}

function* spans(offset: Bytes, length: Bytes): Generator<Span> {
  let from = 0;
  while (from < length) {
    const start = (offset + from) % pageBytes;
    const to = Math.min(length, from + pageBytes - start);
    yield { page: Math.floor((offset + from) / pageBytes), start, from, to };
    from = to;
  }
}

import type { BlockBackend, Bytes } from "../vmm/mod.ts";

/** Where an overlay reads what has not been written yet. */
export type BlockSource = Pick<BlockBackend, "bytes" | "read">;

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

  /** What was written, in pages of 4 KiB (the last one may be shorter), in their order. */
  written(): { readonly page: number; readonly bytes: Uint8Array }[] {
    const pages = [...this.#pages].map(([page, bytes]) => ({ page, bytes: bytes.slice() }));
    return pages.sort((a, b) => a.page - b.page);
  }

  /**
   * Forgets what was written and has these pages in its place.
   *
   * @throws RangeError for a page that the disk does not have
   */
  replaceWritten(pages: readonly { readonly page: number; readonly bytes: Uint8Array }[]): void {
    for (const { page, bytes } of pages) {
      const expected = Math.min(pageBytes, this.bytes - page * pageBytes);
      if (bytes.length === expected) continue;
      throw new RangeError(`page ${page} of the disk has ${bytes.length} bytes, not ${expected}`);
    }
    this.#pages.clear();
    for (const { page, bytes } of pages) this.#pages.set(page, bytes.slice());
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

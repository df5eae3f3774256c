import type { BlockBackend, Bytes } from "../vmm/mod.ts";

/** Where an overlay reads what has not been written yet. */
export type BlockSource = Pick<BlockBackend, "bytes" | "read">;

/** A page of 4 KiB that was written; the disk's last one may be shorter. */
export interface WrittenPage {
  readonly page: number;
  readonly bytes: Uint8Array;
}

/** Which pages were written since somebody has taken them: at first all that were ever written. */
export interface WriteLog {
  readonly left: number;
  /** At most so many of them, as they are now, in the order of their numbers. */
  take(most: number): WrittenPage[];
  close(): void;
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
  readonly #logs = new Set<Set<number>>();

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

  /** Whether anything was written. */
  get isWritten(): boolean {
    return this.#pages.size > 0;
  }

  /** What was written, in pages of 4 KiB (the last one may be shorter), in their order. */
  written(): WrittenPage[] {
    return this.#copies(this.#pages.keys());
  }

  openLog(): WriteLog {
    const left = new Set(this.#pages.keys());
    this.#logs.add(left);
    return {
      get left() {
        return left.size;
      },
      take: (most) => {
        const taken: number[] = [];
        for (const page of left) {
          if (taken.length === most) break;
          taken.push(page);
          left.delete(page);
        }
        return this.#copies(taken);
      },
      close: () => void this.#logs.delete(left),
    };
  }

  /**
   * Forgets what was written and has these pages in its place.
   *
   * @throws RangeError for a page that the disk does not have
   */
  replaceWritten(pages: readonly WrittenPage[]): void {
    for (const { page, bytes } of pages) {
      const expected = Math.min(pageBytes, this.bytes - page * pageBytes);
      if (bytes.length === expected) continue;
      throw new RangeError(`page ${page} of the disk has ${bytes.length} bytes, not ${expected}`);
    }
    this.#pages.clear();
    for (const { page, bytes } of pages) this.#pages.set(page, bytes.slice());
  }

  #copies(numbers: Iterable<number>): WrittenPage[] {
    return Array.from(numbers)
      .sort((a, b) => a - b)
      .map((page) => ({ page, bytes: (this.#pages.get(page) as Uint8Array).slice() }));
  }

  #ownPage(page: number): Uint8Array {
    for (const left of this.#logs) left.add(page);
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

/**
 * The destination's half of the page codec: puts what a batch says into a store of pages.
 *
 *     decoder.decode(message, store);
 */
import type { Pages } from "../base/units.ts";
import type { Compression } from "./compression.ts";
import type { KnownContent } from "./known-content.ts";
import { MigrationProblem } from "./migration-problem.ts";
import { readBatch, type SentPage } from "./page-batch.ts";
import { applyDelta } from "./page-delta.ts";
import { mostCarried } from "./protocol.ts";

/** Where pages go. */
export interface PageStore {
  /** Takes the content of a page; the bytes are the caller's. */
  write(page: number, bytes: Uint8Array): void;
  writeZeros(page: number): void;
  /** The page itself, to be changed; nothing where it holds none, or zeros. */
  at(page: number): Uint8Array | undefined;
}

export class PageDecoder {
  readonly #contents: readonly KnownContent[];
  readonly #compression: Compression | undefined;
  readonly #pages: Pages;

  /** @param options.pages pages that there may be: those of RAM, and the ROM's */
  constructor(options: {
    contents: readonly KnownContent[];
    compression?: Compression | undefined;
    pages: Pages;
  }) {
    this.#contents = options.contents;
    this.#compression = options.compression;
    this.#pages = options.pages;
  }

  /**
   * @returns how many pages it were
   * @throws MigrationProblem `migration-page-impossible`; some of the pages may have been stored
   */
  decode(message: { readonly data: Uint8Array; readonly size: number }, store: PageStore): Pages {
    let pages = 0;
    for (const sent of readBatch(this.#unpack(message), this.#pages)) {
      this.#put(sent, store);
      pages++;
    }
    return pages;
  }

  #put(sent: SentPage, store: PageStore): void {
    const { page } = sent;
    if (sent.kind === "zero") store.writeZeros(page);
    else if (sent.kind === "plain") store.write(page, sent.bytes);
    else if (sent.kind === "known") {
      const bytes = this.#contents[sent.content]?.page(page);
      if (!bytes) throw impossible(`nobody knows page ${page} of content ${sent.content}`);
      store.write(page, bytes);
    } else {
      const old = store.at(page);
      if (!old) throw impossible(`page ${page} has changed and was never sent`);
      applyDelta(old, sent.bytes);
    }
  }

  #unpack({ data, size }: { readonly data: Uint8Array; readonly size: number }): Uint8Array {
    if (size === 0) return data;
    if (!this.#compression || size > mostCarried) throw impossible("a batch cannot be unpacked");
    let unpacked: Uint8Array | undefined;
    try {
      unpacked = this.#compression.decompress(data, size);
    } catch {
      // Each library has errors of its own; all of them mean the same here.
    }
    if (unpacked?.length !== size) throw impossible("a batch cannot be unpacked");
    return unpacked;
  }
}

function impossible(detail: string): MigrationProblem {
  return new MigrationProblem("migration-page-impossible", detail);
}

/**
 * Makes batches of pages somewhere else, while the guest runs on: whoever has one reads the pages out of the
 * machine memory at a time of its own.
 *
 *     while (packer.room > 0 && …) packer.order(pages);
 *     for (let batch = packer.take(); batch; batch = packer.take()) …
 *
 * A page that the guest writes meanwhile may be said half old and half new. That does no harm where the page
 * was harvested from the dirty log before it was ordered: it is dirty again then, and said again. What a guest
 * leaves when it has stopped is said as it is.
 */
import type { Bytes, Pages } from "../base/units.ts";
import type { PageContent } from "../memory/ram-image.ts";
import type { PageKind } from "./page-batch.ts";
import type { KindStatistics } from "./page-encoder.ts";

export interface PackedBatch {
  /** Empty where there is nothing to say. Good until the next one is taken. */
  readonly data: Uint8Array;
  /** Bytes when it is not compressed any more, 0 if it is not. */
  readonly size: Bytes;
}

export interface OrderedPage extends PageContent {
  /** What the destination has of it, as its only content. */
  readonly known: Uint8Array | undefined;
}

export interface PagePacker {
  /** Orders that it takes now. */
  readonly room: number;
  /** Orders whose batches were not taken yet. */
  readonly pending: number;
  /** Why no batch will come any more. */
  readonly problem: string | undefined;
  /** Of what was taken. */
  readonly statistics: Readonly<Record<PageKind, Readonly<KindStatistics>>>;
  readonly compressed: { readonly from: Bytes; readonly to: Bytes };
  /** The bytes of the pages are in the machine memory, and are read later. @throws RangeError without room */
  order(pages: Iterable<OrderedPage>): void;
  /** The next batch, in the order of orders, if it is made. */
  take(): PackedBatch | undefined;
  close(): void;
}

export interface PackingOptions {
  /** The name of what batches are compressed with. */
  readonly compression: string | undefined;
  readonly cachePages: Pages;
}

/** @returns nothing where it cannot be done elsewhere */
export type OpenPacker = (options: PackingOptions) => PagePacker | undefined;

/**
 * Where a guest's thread and the packing thread meet for one move: a few slots, each with an order and, when
 * that is done, the batch that was made of it.
 *
 * ```
 * u32 × 3 × 192    page, address of its content, address of what the destination has of it or 0
 * the batch
 * ```
 */
import type { Bytes } from "../../vmm/mod.ts";

/** Enough that one is made, one is on its way in either direction, and one waits. */
export const packingSlots = 4;
/** Of one order, at the most. */
export const slotPages: number = 192;

const wordsOfPage = 3;
const orderBytes: Bytes = slotPages * wordsOfPage * 4;
/** Pages as they are, each with the few bytes that name it, twice. */
const batchBytes: Bytes = slotPages * (4096 + 32);
const slotBytes: Bytes = orderBytes + batchBytes;

export interface PlacedPage {
  readonly page: number;
  readonly address: number;
  readonly known: number;
}

export class PackingSlots {
  readonly shared: SharedArrayBuffer;

  constructor(shared = new SharedArrayBuffer(packingSlots * slotBytes)) {
    this.shared = shared;
  }

  /** @throws RangeError for more pages than there is room for */
  writeOrder(slot: number, pages: readonly PlacedPage[]): void {
    if (pages.length > slotPages) throw new RangeError("there are too many pages");
    const words = this.#order(slot);
    for (const [index, { page, address, known }] of pages.entries()) {
      words.set([page, address, known], index * wordsOfPage);
    }
  }

  *readOrder(slot: number, count: number): Generator<PlacedPage> {
    const words = this.#order(slot);
    for (let at = 0; at < count * wordsOfPage; at += wordsOfPage) {
      const [page = 0, address = 0, known = 0] = words.subarray(at, at + wordsOfPage);
      yield { page, address, known };
    }
  }

  /** The place of a batch that has so many bytes. */
  batch(slot: number, length: Bytes): Uint8Array {
    return new Uint8Array(this.shared, slot * slotBytes + orderBytes, length);
  }

  #order(slot: number): Uint32Array {
    return new Uint32Array(this.shared, slot * slotBytes, slotPages * wordsOfPage);
  }
}

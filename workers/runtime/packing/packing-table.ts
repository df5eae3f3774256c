import { zstd } from "../../host/zstd.ts";
import { type PackingOptions, PageEncoder } from "../../vmm/mod.ts";
import type { PackingAnswer } from "./packing-port.ts";
import { PackingSlots } from "./packing-slots.ts";

const pageBytes = 4096;

/** The packing thread's half of one move: makes batches of pages in a machine memory that others write to. */
export class PackingTable {
  readonly #memory: Uint8Array;
  readonly #slots: PackingSlots;
  readonly #encoder: PageEncoder;
  /** Addresses of what the destination has, by page. */
  readonly #known = new Map<number, number>();
  /** A page is looked at more than once, and must be the same each time. */
  readonly #page = new Uint8Array(pageBytes);

  constructor(memory: SharedArrayBuffer, slots: SharedArrayBuffer, options: PackingOptions) {
    this.#memory = new Uint8Array(memory);
    this.#slots = new PackingSlots(slots);
    const { compression, cachePages } = options;
    this.#encoder = new PageEncoder({
      contents: [{ name: "", page: (page) => this.#knownPage(page) }],
      compression: compression === zstd?.name ? zstd : undefined,
      cachePages,
    });
  }

  pack(slot: number, pages: number): PackingAnswer {
    for (const { page, address, known } of this.#slots.readOrder(slot, pages)) {
      if (known === 0) this.#known.delete(page);
      else this.#known.set(page, known);
      this.#page.set(this.#at(address));
      this.#encoder.add(page, this.#page);
    }
    const { isEmpty, statistics, compressed } = this.#encoder;
    if (isEmpty) return { type: "packed", slot, length: 0, size: 0, statistics, compressed };
    const { data, size } = this.#encoder.takeBatch();
    this.#slots.batch(slot, data.length).set(data);
    const { length } = data;
    return { type: "packed", slot, length, size, statistics, compressed: this.#encoder.compressed };
  }

  #knownPage(page: number): Uint8Array | undefined {
    const address = this.#known.get(page);
    return address === undefined ? undefined : this.#at(address);
  }

  #at(address: number): Uint8Array {
    return this.#memory.subarray(address, address + pageBytes);
  }
}

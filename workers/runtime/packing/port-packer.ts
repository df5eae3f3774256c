import type { Bytes, OrderedPage, PackedBatch, PackingOptions, PagePacker } from "../../vmm/mod.ts";
import type { PackingAnswer, PackingPort } from "./packing-port.ts";
import { PackingSlots, type PlacedPage, packingSlots } from "./packing-slots.ts";

type Packed = Extract<PackingAnswer, { type: "packed" }>;

/**
 * Has the packing thread make batches. They arrive when the event loop of this thread turns, which whoever
 * drives the guest must let it do now and then.
 */
export class PortPacker implements PagePacker {
  readonly #port: PackingPort;
  readonly #options: PackingOptions;
  readonly #slots = new PackingSlots();
  #memory: ArrayBufferLike | undefined;
  /** Orders that were given and batches that were taken, ever: they take slots in turn. */
  #ordered = 0;
  #taken = 0;
  #made: Packed[] = [];
  #problem: string | undefined;
  #statistics: PagePacker["statistics"] = {
    zero: { pages: 0, bytes: 0 },
    known: { pages: 0, bytes: 0 },
    plain: { pages: 0, bytes: 0 },
    delta: { pages: 0, bytes: 0 },
  };
  #compressed = { from: 0, to: 0 };

  /** @param onMade there may be something to be taken */
  constructor(port: PackingPort, options: PackingOptions, onMade: () => void) {
    this.#port = port;
    this.#options = options;
    port.onmessage = ({ data }) => {
      if (data.type === "packed") this.#made.push(data);
      else this.#problem ??= data.problem;
      onMade();
    };
  }

  get room(): number {
    return this.#problem === undefined ? packingSlots - this.pending : 0;
  }

  get pending(): number {
    return this.#ordered - this.#taken;
  }

  get problem(): string | undefined {
    return this.#problem;
  }

  get statistics(): PagePacker["statistics"] {
    return this.#statistics;
  }

  get compressed(): { readonly from: Bytes; readonly to: Bytes } {
    return this.#compressed;
  }

  order(pages: Iterable<OrderedPage>): void {
    if (this.room === 0) throw new RangeError("there is no room for an order");
    const placed: PlacedPage[] = [];
    for (const { page, bytes, known } of pages) {
      this.#open(bytes.buffer);
      const isNear = known !== undefined && known.buffer === bytes.buffer;
      placed.push({ page, address: bytes.byteOffset, known: isNear ? known.byteOffset : 0 });
    }
    const slot = this.#ordered++ % packingSlots;
    if (this.#memory === undefined) {
      // Pages that are gone by now, before there was any other.
      const { statistics, compressed } = this;
      this.#made.push({ type: "packed", slot, length: 0, size: 0, statistics, compressed });
      return;
    }
    this.#slots.writeOrder(slot, placed);
    this.#port.postMessage({ type: "order", slot, pages: placed.length });
  }

  take(): PackedBatch | undefined {
    const made = this.#made.shift();
    if (!made) return undefined;
    this.#taken++;
    this.#statistics = made.statistics;
    this.#compressed = made.compressed;
    return { data: this.#slots.batch(made.slot, made.length), size: made.size };
  }

  close(): void {
    this.#port.onmessage = null;
    this.#port.postMessage({ type: "close" });
    this.#port.close();
  }

  #open(memory: ArrayBufferLike): void {
    if (memory === this.#memory) return;
    if (this.#memory !== undefined || !(memory instanceof SharedArrayBuffer)) {
      throw new RangeError("pages are packed out of one shared memory");
    }
    this.#memory = memory;
    const { shared: slots } = this.#slots;
    this.#port.postMessage({ type: "open", memory, slots, options: this.#options });
  }
}

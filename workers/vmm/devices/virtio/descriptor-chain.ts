import type { Bytes, GuestPhysicalAddress } from "../../base/units.ts";
import type { GuestMemory } from "../../memory/guest-memory.ts";
import type { Segment } from "./segments.ts";

/** What the ring has to be told when a buffer is given back. */
export interface UsedBuffer {
  /** The head descriptor of a split ring, the buffer id of a packed one. */
  readonly head: number;
  /** Entries that the buffer takes in the ring: always 1 where the ring holds heads only. */
  readonly slots: number;
}

/** One buffer that the driver made available: all of it lies inside RAM. */
export interface DescriptorChain extends UsedBuffer {
  readonly readable: readonly Segment[];
  readonly writable: readonly Segment[];
}

export const descriptorFlag = { next: 1, write: 2, indirect: 4 } as const;
/** Descriptors of one chain at the most, those of an indirect table included (QEMU's limit). */
export const longestChain = 1024;

/** Collects the segments of a chain and checks each of them. */
export class ChainBuilder {
  readonly #memory: GuestMemory;
  readonly #readable: Segment[] = [];
  readonly #writable: Segment[] = [];

  constructor(memory: GuestMemory) {
    this.#memory = memory;
  }

  /**
   * @returns false for what a driver must not do: memory outside of RAM, an empty buffer, a readable
   *   buffer behind a writable one, too long a chain
   */
  add(address: GuestPhysicalAddress, bytes: Bytes, isWritable: boolean): boolean {
    const { base, bytes: size } = this.#memory;
    const isInside = bytes > 0 && address >= base && address + bytes <= base + size;
    const isInOrder = isWritable || this.#writable.length === 0;
    const length = this.#readable.length + this.#writable.length;
    if (!isInside || !isInOrder || length >= longestChain) return false;
    (isWritable ? this.#writable : this.#readable).push({ address, bytes });
    return true;
  }

  finish({ head, slots }: UsedBuffer): DescriptorChain {
    return { head, slots, readable: this.#readable, writable: this.#writable };
  }
}

import type { GuestMemory } from "../../../workers/vmm/memory/guest-memory.ts";

/** Guest RAM as one plain array: what devices see of a machine's memory, without a machine. */
export class FlatMemory implements GuestMemory {
  readonly base = 0x8000_0000;
  readonly bytes: number;
  readonly #ram: Uint8Array;

  constructor(bytes = 1 << 20) {
    this.bytes = bytes;
    this.#ram = new Uint8Array(bytes);
  }

  read(address: number, target: Uint8Array): boolean {
    if (!this.#holds(address, target.length)) {
      return false;
    }
    const offset = address - this.base;
    target.set(this.#ram.subarray(offset, offset + target.length));
    return true;
  }

  write(address: number, source: Uint8Array): boolean {
    if (!this.#holds(address, source.length)) {
      return false;
    }
    this.#ram.set(source, address - this.base);
    return true;
  }

  /** The bytes from `address` on, for a test that knows that they exist. */
  view(address: number, bytes: number): DataView {
    if (!this.#holds(address, bytes)) {
      throw new RangeError(`no RAM at ${address.toString(16)}`);
    }
    return new DataView(this.#ram.buffer, address - this.base, bytes);
  }

  #holds(address: number, bytes: number): boolean {
    return address >= this.base && address + bytes <= this.base + this.bytes;
  }
}

import type { Bytes, GuestPhysicalAddress } from "../../base/units.ts";
import type { GuestMemory } from "../../memory/guest-memory.ts";

/** A descriptor as both formats have it; what its two halfwords mean differs. */
export interface RawDescriptor {
  readonly address: GuestPhysicalAddress;
  readonly bytes: Bytes;
  readonly halves: readonly [number, number];
}

export const descriptorBytes = 16;

/** Little-endian fields of rings in guest memory: `undefined` or `false` where they are outside of RAM. */
export class RingMemory {
  readonly memory: GuestMemory;
  readonly #view = new DataView(new ArrayBuffer(descriptorBytes));
  readonly #half: Uint8Array = new Uint8Array(this.#view.buffer, 0, 2);
  readonly #pair: Uint8Array = new Uint8Array(this.#view.buffer, 0, 8);
  readonly #whole: Uint8Array = new Uint8Array(this.#view.buffer);

  constructor(memory: GuestMemory) {
    this.memory = memory;
  }

  half(address: GuestPhysicalAddress): number | undefined {
    return this.memory.read(address, this.#half) ? this.#view.getUint16(0, true) : undefined;
  }

  setHalf(address: GuestPhysicalAddress, value: number): boolean {
    this.#view.setUint16(0, value, true);
    return this.memory.write(address, this.#half);
  }

  /** Two words, one behind the other. */
  setPair(address: GuestPhysicalAddress, first: number, second: number): boolean {
    this.#view.setUint32(0, first, true);
    this.#view.setUint32(4, second, true);
    return this.memory.write(address, this.#pair);
  }

  descriptor(at: GuestPhysicalAddress): RawDescriptor | undefined {
    if (!this.memory.read(at, this.#whole)) return undefined;
    const view = this.#view;
    return {
      // Bits beyond 2^53 only say "outside".
      address: view.getUint32(4, true) * 2 ** 32 + view.getUint32(0, true),
      bytes: view.getUint32(8, true),
      halves: [view.getUint16(12, true), view.getUint16(14, true)],
    };
  }
}

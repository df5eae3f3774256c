import type { Bytes, GuestPhysicalAddress } from "../../base/units.ts";
import type { GuestMemory } from "../../memory/guest-memory.ts";
import { type DescriptorChain, readDescriptorChain } from "./descriptor-chain.ts";

/** What a queue asks of its transport. */
export interface VirtqueueOwner {
  readonly memory: GuestMemory;
  /** Whether the driver accepted `VIRTIO_F_EVENT_IDX`. */
  readonly hasEventIndex: boolean;
  /** A buffer was used and the driver wants to know. */
  raiseUsed(): void;
  /** The driver broke the rules: the device needs a reset. */
  fail(): void;
}

/** Where the driver put the three parts of a queue, and how far both sides are. */
export interface VirtqueueState {
  readonly ready: boolean;
  readonly size: number;
  readonly descriptors: GuestPhysicalAddress;
  readonly available: GuestPhysicalAddress;
  readonly used: GuestPhysicalAddress;
  readonly nextAvailable: number;
  readonly nextUsed: number;
  /** Buffers taken and not given back. */
  readonly inUse: number;
}

const headerBytes: Bytes = 4;
const noInterruptFlag = 1;

/**
 * A split virtqueue (virtio 1.2, 2.7), the device's side.
 *
 * ```
 * available ring: u16 flags, u16 index, u16 head[size], u16 used_event
 * used ring:      u16 flags, u16 index, { u32 head, u32 bytes }[size], u16 avail_event
 * ```
 * Ring indices run freely modulo 2^16. The driver's memory is hostile: rings outside of RAM, indices
 * that run backwards, malformed chains and more buffers than the queue has descriptors end in `fail`.
 * One call never does more work than the queue has entries, even if the rings overlap.
 */
export class Virtqueue {
  readonly #owner: VirtqueueOwner;
  readonly #entry = new DataView(new ArrayBuffer(8));
  readonly #half: Uint8Array = new Uint8Array(this.#entry.buffer, 0, 2);
  readonly #whole: Uint8Array = new Uint8Array(this.#entry.buffer, 0, 8);
  ready = false;
  size = 0;
  descriptors: GuestPhysicalAddress = 0;
  available: GuestPhysicalAddress = 0;
  used: GuestPhysicalAddress = 0;
  #nextAvailable = 0;
  #nextUsed = 0;
  #inUse = 0;

  constructor(owner: VirtqueueOwner) {
    this.#owner = owner;
  }

  get memory(): GuestMemory {
    return this.#owner.memory;
  }

  /** Takes every buffer that is available now, in order. */
  drain(take: (chain: DescriptorChain) => void): void {
    const index = this.#readHalf(this.available + 2);
    if (index === undefined) {
      this.fail();
      return;
    }
    const waiting = (index - this.#nextAvailable) & 0xffff;
    if (waiting + this.#inUse > this.size) {
      this.fail();
      return;
    }
    for (let taken = 0; taken < waiting; taken++) {
      const chain = this.#readChain(this.#nextAvailable % this.size);
      if (chain === undefined) {
        this.fail();
        return;
      }
      this.#nextAvailable = (this.#nextAvailable + 1) & 0xffff;
      this.#inUse++;
      take(chain);
    }
    if (this.#owner.hasEventIndex) {
      // Asks for a notification as soon as the driver goes beyond what was just taken.
      this.#writeHalf(this.used + headerBytes + 8 * this.size, this.#nextAvailable);
    }
  }

  /** Gives a buffer back of which `written` bytes were filled, and tells the driver if it cares. */
  push(head: number, written: Bytes): void {
    this.#entry.setUint32(0, head, true);
    this.#entry.setUint32(4, written, true);
    const slot = this.used + headerBytes + 8 * (this.#nextUsed % this.size);
    const isWritten = this.#owner.memory.write(slot, this.#whole);
    const usedBefore = this.#nextUsed;
    this.#nextUsed = (usedBefore + 1) & 0xffff;
    this.#inUse--;
    if (!isWritten || !this.#writeHalf(this.used + 2, this.#nextUsed)) {
      this.fail();
    } else if (this.#wantsInterrupt(usedBefore)) {
      this.#owner.raiseUsed();
    }
  }

  /** The driver broke the rules of the device. */
  fail(): void {
    this.#owner.fail();
  }

  reset(): void {
    this.restore(afterReset);
  }

  save(): VirtqueueState {
    return {
      ready: this.ready,
      size: this.size,
      descriptors: this.descriptors,
      available: this.available,
      used: this.used,
      nextAvailable: this.#nextAvailable,
      nextUsed: this.#nextUsed,
      inUse: this.#inUse,
    };
  }

  restore(state: VirtqueueState): void {
    this.ready = state.ready;
    this.size = state.size;
    this.descriptors = state.descriptors;
    this.available = state.available;
    this.used = state.used;
    this.#nextAvailable = state.nextAvailable;
    this.#nextUsed = state.nextUsed;
    this.#inUse = state.inUse;
  }

  #readChain(slot: number): DescriptorChain | undefined {
    const head = this.#readHalf(this.available + headerBytes + 2 * slot);
    return head === undefined
      ? undefined
      : readDescriptorChain(this.#owner.memory, this.descriptors, this.size, head);
  }

  #wantsInterrupt(usedBefore: number): boolean {
    if (this.#owner.hasEventIndex) {
      return this.#readHalf(this.available + headerBytes + 2 * this.size) === usedBefore;
    }
    const flags = this.#readHalf(this.available) ?? 0;
    return (flags & noInterruptFlag) === 0;
  }

  #readHalf(address: GuestPhysicalAddress): number | undefined {
    return this.#owner.memory.read(address, this.#half)
      ? this.#entry.getUint16(0, true)
      : undefined;
  }

  #writeHalf(address: GuestPhysicalAddress, value: number): boolean {
    this.#entry.setUint16(0, value, true);
    return this.#owner.memory.write(address, this.#half);
  }
}

const afterReset: VirtqueueState = {
  ready: false,
  size: 0,
  descriptors: 0,
  available: 0,
  used: 0,
  nextAvailable: 0,
  nextUsed: 0,
  inUse: 0,
};

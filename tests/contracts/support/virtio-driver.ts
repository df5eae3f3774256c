import type { Device } from "../../../workers/vmm/bus/device.ts";
import type { FlatMemory } from "./flat-memory.ts";

/** One descriptor: where, how long, and whether the device may write there. */
export interface TestBuffer {
  readonly address: number;
  readonly bytes: number;
  readonly writable?: boolean;
}

/** What the device gave back, from the used ring. */
export interface UsedElement {
  readonly head: number;
  readonly bytes: number;
}

const status = { acknowledge: 1, driver: 2, driverOk: 4, featuresOk: 8 } as const;
const flag = { next: 1, write: 2 } as const;
export const eventIndexFeature = 1 << 29;
/** `VIRTIO_F_VERSION_1`, of the high word. */
const version1 = 1;

/** Resets a device and settles the features, each given as the bits of its word. */
export function negotiate(device: Device<unknown>, low: number, high: number): void {
  device.write(0x70, 4, 0);
  device.write(0x70, 4, status.acknowledge | status.driver);
  device.write(0x24, 4, 1);
  device.write(0x20, 4, high);
  device.write(0x24, 4, 0);
  device.write(0x20, 4, low);
  device.write(0x70, 4, status.acknowledge | status.driver | status.featuresOk);
}

/** Where the three parts of a queue lie, by their names in split rings. */
export interface QueuePlace {
  readonly size: number;
  readonly descriptors: number;
  readonly available: number;
  readonly used: number;
}

export function setUpQueue(device: Device<unknown>, queue: number, place: QueuePlace): void {
  device.write(0x30, 4, queue);
  device.write(0x38, 4, place.size);
  device.write(0x80, 4, place.descriptors);
  device.write(0x90, 4, place.available);
  device.write(0xa0, 4, place.used);
  device.write(0x44, 4, 1);
}

/**
 * A guest's driver for one queue of a virtio-mmio device, with a split ring: descriptors are handed
 * out in order.
 */
export class VirtioDriver implements QueuePlace {
  readonly size: number;
  readonly descriptors: number;
  readonly available: number;
  readonly used: number;
  readonly #device: Device<unknown>;
  readonly #memory: FlatMemory;
  readonly #queue: number;
  #nextDescriptor = 0;
  #nextAvailable = 0;
  #seenUsed = 0;

  constructor(device: Device<unknown>, memory: FlatMemory, size = 8, queue = 0) {
    this.#device = device;
    this.#memory = memory;
    this.#queue = queue;
    this.size = size;
    this.descriptors = memory.base + 0x1000 + 0x400 * queue;
    this.available = memory.base + 0x8000 + 0x400 * queue;
    this.used = memory.base + 0xa000 + 0x400 * queue;
  }

  get status(): number {
    return this.#device.read(0x70, 4);
  }

  get interruptStatus(): number {
    return this.#device.read(0x60, 4);
  }

  /** Resets, negotiates and starts the device. */
  start(features = 0): void {
    negotiate(this.#device, features, version1);
    setUpQueue(this.#device, this.#queue, this);
    this.#device.write(0x70, 4, 15);
  }

  /** Sets up the queue of a device that another driver has started. */
  join(): void {
    setUpQueue(this.#device, this.#queue, this);
  }

  /** Makes a chain of buffers available without telling the device; returns its head. */
  offer(...buffers: readonly TestBuffer[]): number {
    const head = this.#nextDescriptor % this.size;
    for (const [index, { address, bytes, writable }] of buffers.entries()) {
      const isLast = index === buffers.length - 1;
      const flags = (writable ? flag.write : 0) | (isLast ? 0 : flag.next);
      const at = this.#nextDescriptor++ % this.size;
      this.setDescriptor(at, address, bytes, flags, this.#nextDescriptor % this.size);
    }
    this.makeAvailable(head);
    return head;
  }

  setDescriptor(index: number, address: number, bytes: number, flags: number, next = 0): void {
    this.writeDescriptor(this.descriptors + 16 * index, address, bytes, flags, next);
  }

  writeDescriptor(at: number, address: number, bytes: number, flags: number, next = 0): void {
    const view = this.#memory.view(at, 16);
    view.setBigUint64(0, BigInt(address), true);
    view.setUint32(8, bytes, true);
    view.setUint16(12, flags, true);
    view.setUint16(14, next, true);
  }

  makeAvailable(head: number): void {
    const ring = this.#memory.view(this.available, 4 + 2 * this.size);
    ring.setUint16(4 + 2 * (this.#nextAvailable % this.size), head, true);
    this.#nextAvailable = (this.#nextAvailable + 1) & 0xffff;
    ring.setUint16(2, this.#nextAvailable, true);
  }

  notify(): void {
    this.#device.write(0x50, 4, this.#queue);
  }

  /** What came back since the last call. */
  collect(): UsedElement[] {
    const ring = this.#memory.view(this.used, 4 + 8 * this.size);
    const elements: UsedElement[] = [];
    while (this.#seenUsed !== ring.getUint16(2, true)) {
      const at = 4 + 8 * (this.#seenUsed % this.size);
      elements.push({ head: ring.getUint32(at, true), bytes: ring.getUint32(at + 4, true) });
      this.#seenUsed = (this.#seenUsed + 1) & 0xffff;
    }
    return elements;
  }
}

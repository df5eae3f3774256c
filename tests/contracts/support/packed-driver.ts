import type { Device } from "../../../workers/vmm/bus/device.ts";
import type { FlatMemory } from "./flat-memory.ts";
import {
  negotiate,
  type QueuePlace,
  setUpQueue,
  type TestBuffer,
  type UsedElement,
} from "./virtio-driver.ts";

const flag = { next: 1, write: 2, indirect: 4, available: 1 << 7, used: 1 << 15 } as const;
/** `VIRTIO_F_VERSION_1` and `VIRTIO_F_RING_PACKED`, of the high word. */
const version1AndPacked = 0b101;

/** A guest's driver for queue 0 of a virtio-mmio device, with a packed ring. */
export class PackedDriver implements QueuePlace {
  readonly size: number;
  readonly descriptors: number;
  readonly available: number;
  readonly used: number;
  readonly #device: Device<unknown>;
  readonly #memory: FlatMemory;
  /** Entries of the ring that each buffer under way takes. */
  readonly #slots = new Map<number, number>();
  #next = 0;
  #mark = true;
  #nextUsed = 0;
  #usedMark = true;
  #nextId = 0;

  constructor(device: Device<unknown>, memory: FlatMemory, size = 8) {
    this.#device = device;
    this.#memory = memory;
    this.size = size;
    this.descriptors = memory.base + 0x1000;
    this.available = memory.base + 0x8000;
    this.used = memory.base + 0xa000;
  }

  get status(): number {
    return this.#device.read(0x70, 4);
  }

  get interruptStatus(): number {
    return this.#device.read(0x60, 4);
  }

  get free(): number {
    return this.size - [...this.#slots.values()].reduce((sum, slots) => sum + slots, 0);
  }

  /** Resets, negotiates and starts the device; its ring is empty afterwards. */
  start(features = 0): void {
    this.#memory.write(this.descriptors, new Uint8Array(16 * this.size));
    this.#slots.clear();
    this.#next = 0;
    this.#nextUsed = 0;
    this.#mark = true;
    this.#usedMark = true;
    negotiate(this.#device, features, version1AndPacked);
    setUpQueue(this.#device, 0, this);
    this.#device.write(0x70, 4, 15);
  }

  /** Makes a chain of buffers available without telling the device; returns its id. */
  offer(...buffers: readonly TestBuffer[]): number {
    const id = this.#nextId++ & 0xffff;
    this.#slots.set(id, buffers.length);
    for (const [index, { address, bytes, writable }] of buffers.entries()) {
      const isLast = index === buffers.length - 1;
      const flags = (writable ? flag.write : 0) | (isLast ? 0 : flag.next);
      this.#put(address, bytes, id, flags);
    }
    return id;
  }

  /** The same through a table at `table`, which takes one entry of the ring. */
  offerIndirect(table: number, ...buffers: readonly TestBuffer[]): number {
    for (const [index, { address, bytes, writable }] of buffers.entries()) {
      const view = this.#memory.view(table + 16 * index, 16);
      view.setBigUint64(0, BigInt(address), true);
      view.setUint32(8, bytes, true);
      view.setUint16(14, writable ? flag.write : 0, true);
    }
    const id = this.#nextId++ & 0xffff;
    this.#slots.set(id, 1);
    this.#put(table, 16 * buffers.length, id, flag.indirect);
    return id;
  }

  /** Asks for an interrupt when the device gives back the `ahead`th entry from now. */
  interruptAfter(ahead: number): void {
    const entry = this.#nextUsed + ahead;
    const isThisLap = entry < this.size;
    const lap = this.#usedMark === isThisLap ? 1 << 15 : 0;
    const view = this.#memory.view(this.available, 4);
    view.setUint16(0, (entry % this.size) | lap, true);
    view.setUint16(2, 2, true);
  }

  notify(): void {
    this.#device.write(0x50, 4, 0);
  }

  /** What came back since the last call. */
  collect(): UsedElement[] {
    const elements: UsedElement[] = [];
    for (;;) {
      const view = this.#memory.view(this.descriptors + 16 * this.#nextUsed, 16);
      const flags = view.getUint16(14, true);
      const isUsed = [flag.available, flag.used].every(
        (bit) => ((flags & bit) !== 0) === this.#usedMark,
      );
      const head = view.getUint16(12, true);
      const slots = this.#slots.get(head);
      if (!isUsed || slots === undefined) return elements;
      elements.push({ head, bytes: view.getUint32(8, true) });
      this.#slots.delete(head);
      this.#nextUsed += slots;
      if (this.#nextUsed >= this.size) {
        this.#nextUsed -= this.size;
        this.#usedMark = !this.#usedMark;
      }
    }
  }

  #put(address: number, bytes: number, id: number, flags: number): void {
    const view = this.#memory.view(this.descriptors + 16 * this.#next, 16);
    view.setBigUint64(0, BigInt(address), true);
    view.setUint32(8, bytes, true);
    view.setUint16(12, id, true);
    view.setUint16(14, flags | (this.#mark ? flag.available : flag.used), true);
    this.#next = (this.#next + 1) % this.size;
    if (this.#next === 0) this.#mark = !this.#mark;
  }
}

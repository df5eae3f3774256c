import type { Alarm, Timers } from "../../base/timers.ts";
import type { Bytes, Nanoseconds } from "../../base/units.ts";
import type { AccessWidth } from "../../bus/device.ts";
import type { NetBackend } from "../network/net-backend.ts";
import { readConfigSpace } from "./config-space.ts";
import type { DescriptorChain } from "./descriptor-chain.ts";
import { SegmentStream } from "./segment-stream.ts";
import { totalBytes } from "./segments.ts";
import type { DriverFeatures, VirtioDevice } from "./virtio-device.ts";
import type { Virtqueue } from "./virtqueue.ts";

/** What a network card is attached to. */
export interface VirtioNetResources {
  /** Key of its alarm, so unique within the machine. */
  readonly name: string;
  readonly backend: NetBackend;
  /** Six bytes. */
  readonly mac: Uint8Array;
  readonly timers: Timers;
}

/** A frame on its way to the guest. */
export interface FrameInFlight {
  readonly frame: Uint8Array;
  readonly arrival: Nanoseconds;
}

export interface VirtioNetState {
  /** In the order of arrival. */
  readonly inbox: readonly FrameInFlight[];
  /** Empty buffers that the driver gave for frames to come. */
  readonly buffers: readonly DescriptorChain[];
}

const feature = { mac: 5, mergeableBuffers: 15, status: 16, version1: 32 } as const;
const queueOf = { receive: 0, transmit: 1 } as const;
const linkUp = 1;
const macBytes = 6;
/** Ethernet addresses and type at least; the most that a driver without offloads can send. */
const frameBytes = { least: 14, most: 65_535 } as const;
/** Frames that wait for the guest; further ones are lost, as in any card. */
const inboxFrames = 256;
const countOffset: Bytes = 10;

/**
 * virtio network card (virtio 1.2, 5.1) with one pair of queues and no offloads.
 *
 * ```
 * configuration: 0x00 MAC address   0x06 status (bit 0: link is up)
 * header of each frame: 10 bytes of offloads, none of which is used, then the number of buffers
 *   that hold the frame (2 bytes; only with VERSION_1 or mergeable buffers)
 * ```
 * Frames leave at once. Received ones wait for their arrival time, then for buffers.
 */
export class VirtioNet implements VirtioDevice<VirtioNetState> {
  readonly deviceId = 1;
  readonly features = (1 << feature.mac) | (1 << feature.mergeableBuffers) | (1 << feature.status);
  readonly queues = 2;
  readonly #backend: NetBackend;
  readonly #timers: Timers;
  readonly #alarm: Alarm;
  readonly #config = new DataView(new ArrayBuffer(macBytes + 2));
  #driver: DriverFeatures = { accepts: () => false };
  #receiveQueue: Virtqueue | undefined;
  #transmitQueue: Virtqueue | undefined;
  #inbox: FrameInFlight[] = [];
  #buffers: DescriptorChain[] = [];

  constructor({ name, backend, mac, timers }: VirtioNetResources) {
    this.#backend = backend;
    this.#timers = timers;
    this.#alarm = timers.alarm(`${name}.receive`, () => this.#deliver());
    new Uint8Array(this.#config.buffer).set(mac.subarray(0, macBytes));
    this.#config.setUint16(macBytes, linkUp, true);
    backend.attach((frame, at) => this.#receive(frame, at));
  }

  static restore(resources: VirtioNetResources, state: VirtioNetState): VirtioNet {
    const card = new VirtioNet(resources);
    card.#inbox = [...state.inbox];
    card.#buffers = [...state.buffers];
    card.#armNext();
    return card;
  }

  connect(queues: readonly Virtqueue[], driver: DriverFeatures): void {
    this.#driver = driver;
    this.#receiveQueue = queues[queueOf.receive];
    this.#transmitQueue = queues[queueOf.transmit];
  }

  notify(queue: number): void {
    if (queue === queueOf.transmit) this.#transmit();
    else this.#takeBuffers();
  }

  readConfig(offset: Bytes, width: AccessWidth): number {
    return readConfigSpace(this.#config, offset, width);
  }

  reset(): void {
    this.#inbox = [];
    this.#buffers = [];
    this.#alarm.disarm();
  }

  save(): VirtioNetState {
    const inbox = this.#inbox.map(({ frame, arrival }) => ({ frame: frame.slice(), arrival }));
    return { inbox, buffers: [...this.#buffers] };
  }

  get #isMergeable(): boolean {
    return this.#driver.accepts(feature.mergeableBuffers);
  }

  get #headerBytes(): Bytes {
    return this.#isMergeable || this.#driver.accepts(feature.version1) ? 12 : 10;
  }

  #transmit(): void {
    const queue = this.#transmitQueue;
    queue?.drain((chain) => {
      const bytes = totalBytes(chain.readable) - this.#headerBytes;
      if (bytes < 0) {
        queue.fail();
        return;
      }
      if (bytes >= frameBytes.least && bytes <= frameBytes.most) {
        const packet = new Uint8Array(this.#headerBytes + bytes);
        new SegmentStream(queue.memory, chain.readable).read(packet);
        this.#backend.send(packet.slice(this.#headerBytes), this.#timers.now());
      }
      queue.push(chain, 0);
    });
  }

  #takeBuffers(): void {
    const queue = this.#receiveQueue;
    queue?.drain((chain) => {
      if (totalBytes(chain.writable) < this.#headerBytes) queue.fail();
      else this.#buffers.push(chain);
    });
    this.#deliver();
  }

  #receive(frame: Uint8Array, arrival: Nanoseconds): void {
    const isSane = frame.length >= frameBytes.least && frame.length <= frameBytes.most;
    if (!isSane || !this.#receiveQueue?.ready || this.#inbox.length >= inboxFrames) return;
    // A cable does not let one frame overtake another.
    const previous = this.#inbox.at(-1)?.arrival ?? 0;
    this.#inbox.push({ frame, arrival: Math.max(arrival, previous, this.#timers.now()) });
    this.#armNext();
  }

  #deliver(): void {
    const now = this.#timers.now();
    const queue = this.#receiveQueue;
    for (;;) {
      const next = this.#inbox[0];
      if (queue === undefined || next === undefined || next.arrival > now) break;
      const outcome = this.#place(next.frame, queue);
      if (outcome === "wait") return;
      this.#inbox.shift();
    }
    this.#armNext();
  }

  /** Moves a frame into buffers; `lost` where the driver's buffers can never hold it. */
  #place(frame: Uint8Array, queue: Virtqueue): "done" | "lost" | "wait" {
    const packet = new Uint8Array(this.#headerBytes + frame.length);
    let room = 0;
    let count = 0;
    while (room < packet.length && (count === 0 || this.#isMergeable)) {
      const buffer = this.#buffers[count];
      if (buffer === undefined)
        return count > 0 && this.#buffers.length >= queue.size ? "lost" : "wait";
      room += totalBytes(buffer.writable);
      count++;
    }
    if (room < packet.length) return "lost";
    packet.set(frame, this.#headerBytes);
    if (this.#headerBytes > countOffset) {
      new DataView(packet.buffer).setUint16(countOffset, count, true);
    }
    const chosen = this.#buffers.splice(0, count);
    const segments = chosen.flatMap(({ writable }) => writable);
    new SegmentStream(queue.memory, segments).write(packet);
    let left = packet.length;
    for (const buffer of chosen) {
      const bytes = Math.min(left, totalBytes(buffer.writable));
      left -= bytes;
      queue.push(buffer, bytes);
    }
    return "done";
  }

  /** A frame whose time has come and that waits for buffers needs no alarm: `notify` delivers it. */
  #armNext(): void {
    const next = this.#inbox[0];
    const isDue = next !== undefined && next.arrival <= this.#timers.now();
    if (next === undefined || (isDue && this.#buffers.length === 0)) this.#alarm.disarm();
    else this.#alarm.arm(next.arrival);
  }
}

import type { Bytes } from "../../base/units.ts";
import type { AccessWidth } from "../../bus/device.ts";
import type { ConsoleSink } from "../console-sink.ts";
import type { DescriptorChain } from "./descriptor-chain.ts";
import { SegmentStream } from "./segment-stream.ts";
import { totalBytes } from "./segments.ts";
import type { VirtioDevice } from "./virtio-device.ts";
import type { Virtqueue } from "./virtqueue.ts";

export interface VirtioConsoleState {
  /** Input that no buffer was there for. */
  readonly pending: Uint8Array;
  /** Empty buffers that the driver gave for input to come. */
  readonly buffers: readonly DescriptorChain[];
}

const queueOf = { receive: 0, transmit: 1 } as const;
/** A buffer may be printed in part, which bounds what one notification can cost. */
const bytesPerBuffer: Bytes = 65_536;

/** virtio console (virtio 1.2, 5.3) with one port, which drivers show as `hvc0`. */
export class VirtioConsole implements VirtioDevice<VirtioConsoleState> {
  readonly deviceId = 3;
  readonly features = 0;
  readonly queues = 2;
  readonly #console: ConsoleSink;
  #receiveQueue: Virtqueue | undefined;
  #transmitQueue: Virtqueue | undefined;
  #pending = new Uint8Array();
  #buffers: DescriptorChain[] = [];

  constructor(resources: { readonly console: ConsoleSink }) {
    this.#console = resources.console;
  }

  static restore(
    resources: { readonly console: ConsoleSink },
    state: VirtioConsoleState,
  ): VirtioConsole {
    const restored = new VirtioConsole(resources);
    restored.#pending = state.pending.slice();
    restored.#buffers = [...state.buffers];
    return restored;
  }

  connect(queues: readonly Virtqueue[]): void {
    this.#receiveQueue = queues[queueOf.receive];
    this.#transmitQueue = queues[queueOf.transmit];
  }

  /** Input for the guest, in order. */
  receive(bytes: Uint8Array): void {
    const pending = new Uint8Array(this.#pending.length + bytes.length);
    pending.set(this.#pending);
    pending.set(bytes, this.#pending.length);
    this.#pending = pending;
    this.#deliver();
  }

  notify(queue: number): void {
    if (queue === queueOf.transmit) this.#transmit();
    else this.#takeBuffers();
  }

  readConfig(_offset: Bytes, _width: AccessWidth): number {
    return 0;
  }

  reset(): void {
    this.#pending = new Uint8Array();
    this.#buffers = [];
  }

  save(): VirtioConsoleState {
    return { pending: this.#pending.slice(), buffers: [...this.#buffers] };
  }

  #transmit(): void {
    const queue = this.#transmitQueue;
    queue?.drain((chain) => {
      const text = new Uint8Array(Math.min(totalBytes(chain.readable), bytesPerBuffer));
      new SegmentStream(queue.memory, chain.readable).read(text);
      for (const byte of text) this.#console.write(byte);
      queue.push(chain, 0);
    });
  }

  #takeBuffers(): void {
    const queue = this.#receiveQueue;
    queue?.drain((chain) => {
      // An empty buffer would take no input and come back for ever.
      if (chain.writable.length === 0) queue.fail();
      else this.#buffers.push(chain);
    });
    this.#deliver();
  }

  #deliver(): void {
    const queue = this.#receiveQueue;
    while (queue !== undefined && this.#pending.length > 0) {
      const buffer = this.#buffers.shift();
      if (buffer === undefined) return;
      const part = this.#pending.subarray(0, totalBytes(buffer.writable));
      this.#pending = this.#pending.subarray(part.length);
      new SegmentStream(queue.memory, buffer.writable).write(part);
      queue.push(buffer, part.length);
    }
  }
}

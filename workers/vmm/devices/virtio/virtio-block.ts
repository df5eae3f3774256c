import type { Alarm, Timers } from "../../base/timers.ts";
import type { Bytes, Nanoseconds } from "../../base/units.ts";
import type { AccessWidth } from "../../bus/device.ts";
import type { BlockBackend } from "./block-backend.ts";
import {
  type BlockCommand,
  type BlockLimits,
  type BlockRequest,
  canServe,
  parseBlockRequest,
} from "./block-request.ts";
import { readConfigSpace } from "./config-space.ts";
import { SegmentStream } from "./segment-stream.ts";
import { type Segment, totalBytes } from "./segments.ts";
import type { VirtioDevice } from "./virtio-device.ts";
import type { Virtqueue } from "./virtqueue.ts";

/** What a disk is attached to. */
export interface VirtioBlockResources {
  /** Key of its alarm, so unique within the machine. */
  readonly name: string;
  /** A whole number of sectors. What it throws is the host's trouble and goes up to the driver. */
  readonly backend: BlockBackend;
  readonly readOnly: boolean;
  readonly timers: Timers;
  /** What GET_ID answers, at most 20 bytes of ASCII. */
  readonly serial?: string;
}

/** A request under way, and guest time at which it is done. */
export interface BlockRequestInFlight {
  readonly request: BlockRequest;
  readonly deadline: Nanoseconds;
}

export interface VirtioBlockState {
  /** In the order of submission, which is the order of completion. */
  readonly inFlight: readonly BlockRequestInFlight[];
}

const sectorBytes = 512;
const feature = {
  ...{ segMax: 1 << 2, readOnly: 1 << 5, blockSize: 1 << 6, flush: 1 << 9 },
  ...{ discard: 1 << 13, writeZeroes: 1 << 14 },
} as const;
const statusCode = { ok: 0, unsupported: 2, ioError: 1 } as const;
/** What fits QEMU's queue of 256 beside header and status. */
const largestSegments = 254;
const largestRequest: Bytes = 16 * 2 ** 20;
/** Of a request to discard or to write zeroes, as in QEMU. */
const largestRanges = 1;
const chunkBytes: Bytes = 65_536;
const idBytes: Bytes = 20;
/** A request takes 20 µs and a nanosecond for each byte: a quick disk of 1 GB/s. */
const requestTime: Nanoseconds = 20_000;
const timePerByte: Nanoseconds = 1;

/**
 * virtio block device (virtio 1.2, 5.2): one queue, reads, writes, flushes, discards,
 * writes of zeroes and identification.
 *
 * ```
 * configuration: 0x00 capacity in sectors (64 bits)   0x0c largest number of segments
 *                0x14 block size
 *                0x24 largest discard: sectors, ranges, and its alignment
 *                0x30 largest write of zeroes: sectors, ranges, and whether it may unmap
 * ```
 * Discarded sectors keep their content, which the specification leaves open. A request is parsed when the driver notifies and done, data and all, when its guest time has come:
 * one after the other in the order of submission. So the outcome never depends on the host.
 */
export class VirtioBlock implements VirtioDevice<VirtioBlockState> {
  readonly deviceId = 2;
  readonly features: number;
  readonly queues = 1;
  readonly #backend: BlockBackend;
  readonly #serial: string;
  readonly #timers: Timers;
  readonly #alarm: Alarm;
  readonly #limits: BlockLimits;
  readonly #config = new DataView(new ArrayBuffer(0x3c));
  readonly #chunk = new Uint8Array(chunkBytes);
  #queue: Virtqueue | undefined;
  #inFlight: BlockRequestInFlight[] = [];

  constructor(resources: VirtioBlockResources) {
    const { name, backend, readOnly, timers } = resources;
    this.#backend = backend;
    this.#serial = resources.serial ?? "";
    this.#timers = timers;
    this.#alarm = timers.alarm(`${name}.request`, (now) => this.#completeUntil(now));
    const erasing = feature.discard | feature.writeZeroes;
    this.features =
      feature.segMax | feature.blockSize | feature.flush | (readOnly ? feature.readOnly : erasing);
    this.#limits = {
      bytes: backend.bytes,
      readOnly,
      segments: largestSegments,
      requestBytes: largestRequest,
    };
    const sectors = Math.floor(backend.bytes / sectorBytes);
    this.#config.setUint32(0x00, sectors >>> 0, true);
    this.#config.setUint32(0x04, Math.floor(sectors / 2 ** 32), true);
    this.#config.setUint32(0x0c, largestSegments, true);
    this.#config.setUint32(0x14, sectorBytes, true);
    if (readOnly) return;
    this.#config.setUint32(0x24, largestRequest / sectorBytes, true);
    this.#config.setUint32(0x28, largestRanges, true);
    this.#config.setUint32(0x2c, 1, true);
    this.#config.setUint32(0x30, largestRequest / sectorBytes, true);
    this.#config.setUint32(0x34, largestRanges, true);
    this.#config.setUint8(0x38, 1);
  }

  /** @throws RangeError for a request that this disk would not have taken */
  static restore(resources: VirtioBlockResources, state: VirtioBlockState): VirtioBlock {
    const block = new VirtioBlock(resources);
    const isForeign = ({ request }: BlockRequestInFlight) =>
      !canServe(request.command, block.#limits);
    if (state.inFlight.some(isForeign)) {
      throw new RangeError("a request under way is beyond what this disk can serve");
    }
    block.#inFlight = [...state.inFlight];
    block.#armNext();
    return block;
  }

  connect([queue]: readonly Virtqueue[]): void {
    this.#queue = queue;
  }

  notify(_queue: number): void {
    const queue = this.#queue;
    queue?.drain((chain) => {
      const request = parseBlockRequest(queue.memory, chain, this.#limits);
      if (request === undefined) {
        queue.fail();
        return;
      }
      const start = Math.max(this.#timers.now(), this.#inFlight.at(-1)?.deadline ?? 0);
      this.#inFlight.push({ request, deadline: start + durationOf(request.command) });
    });
    this.#armNext();
  }

  readConfig(offset: Bytes, width: AccessWidth): number {
    return readConfigSpace(this.#config, offset, width);
  }

  reset(): void {
    this.#inFlight = [];
    this.#alarm.disarm();
  }

  save(): VirtioBlockState {
    return { inFlight: [...this.#inFlight] };
  }

  #armNext(): void {
    const next = this.#inFlight[0];
    if (next !== undefined) {
      this.#alarm.arm(next.deadline);
    }
  }

  #completeUntil(now: Nanoseconds): void {
    const queue = this.#queue;
    while (queue !== undefined) {
      const next = this.#inFlight[0];
      if (next === undefined || next.deadline > now) {
        break;
      }
      this.#inFlight.shift();
      this.#complete(next.request, queue);
    }
    this.#armNext();
  }

  #complete({ buffer, statusAddress, command }: BlockRequest, queue: Virtqueue): void {
    const written = this.#perform(command, queue);
    const code = statusOf(command);
    queue.memory.write(statusAddress, Uint8Array.of(code));
    queue.push(buffer, written + 1);
  }

  /** Returns the number of data bytes that the guest got. */
  #perform(command: BlockCommand, queue: Virtqueue): Bytes {
    switch (command.kind) {
      case "read":
        this.#transfer(command.offset, command.data, (offset, chunk, stream) => {
          this.#backend.read(offset, chunk);
          stream.write(chunk);
        });
        return totalBytes(command.data);
      case "write":
        this.#transfer(command.offset, command.data, (offset, chunk, stream) => {
          stream.read(chunk);
          this.#backend.write(offset, chunk);
        });
        return 0;
      case "flush":
        this.#backend.flush();
        return 0;
      case "get-id": {
        const id = new Uint8Array(Math.min(idBytes, totalBytes(command.data)));
        id.set([...this.#serial].slice(0, id.length).map((letter) => letter.charCodeAt(0)));
        new SegmentStream(queue.memory, command.data).write(id);
        return id.length;
      }
      case "zero":
        this.#zero(command.offset, command.bytes);
        return 0;
      case "discard":
      case "unsupported":
      case "refused":
        return 0;
    }
  }

  #zero(from: Bytes, bytes: Bytes): void {
    this.#chunk.fill(0);
    for (let done = 0; done < bytes; done += chunkBytes) {
      const zeros = this.#chunk.subarray(0, Math.min(chunkBytes, bytes - done));
      this.#backend.write(from + done, zeros);
    }
  }

  #transfer(
    from: Bytes,
    data: readonly Segment[],
    move: (offset: Bytes, chunk: Uint8Array, stream: SegmentStream) => void,
  ): void {
    if (this.#queue === undefined) {
      return;
    }
    const stream = new SegmentStream(this.#queue.memory, data);
    const bytes = totalBytes(data);
    for (let done = 0; done < bytes; done += chunkBytes) {
      move(from + done, this.#chunk.subarray(0, Math.min(chunkBytes, bytes - done)), stream);
    }
  }
}

function durationOf(command: BlockCommand): Nanoseconds {
  switch (command.kind) {
    case "read":
    case "write":
      return requestTime + totalBytes(command.data) * timePerByte;
    case "zero":
      return requestTime + command.bytes * timePerByte;
    default:
      return requestTime;
  }
}

function statusOf(command: BlockCommand): number {
  switch (command.kind) {
    case "unsupported":
      return statusCode.unsupported;
    case "refused":
      return statusCode.ioError;
    default:
      return statusCode.ok;
  }
}

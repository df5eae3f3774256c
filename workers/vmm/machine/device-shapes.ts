/**
 * What the saved states of the board's devices look like: the form in which they stand in snapshots,
 * and the bounds within which the devices stay safe. What depends on a resource (a disk's size) the
 * device checks itself.
 */
import { ramBase } from "../base/memory-map.ts";
import type { Bytes } from "../base/units.ts";
import type { ClintState } from "../devices/clint.ts";
import type { GoldfishRtcState } from "../devices/goldfish-rtc.ts";
import type { PlicState } from "../devices/plic.ts";
import type { RandomStreamState } from "../devices/random-stream.ts";
import type { Uart16550State } from "../devices/uart-16550.ts";
import type { BlockCommand } from "../devices/virtio/block-request.ts";
import type { DescriptorChain } from "../devices/virtio/descriptor-chain.ts";
import { longestChain } from "../devices/virtio/descriptor-chain.ts";
import type { VirtioBlockState } from "../devices/virtio/virtio-block.ts";
import type { VirtioConsoleState } from "../devices/virtio/virtio-console.ts";
import type { VirtioMmioState } from "../devices/virtio/virtio-mmio.ts";
import type { VirtioNetState } from "../devices/virtio/virtio-net.ts";
import type { VirtqueueState } from "../devices/virtio/virtqueue.ts";
import {
  boolean,
  bytes,
  integer,
  list,
  number,
  record,
  type Shape,
  variant,
  word,
} from "../snapshot/shape.ts";

const byte = integer(0, 0xff);
const half = integer(0, 0xffff);
const u32 = integer(0, 0xffff_ffff);
export const time = number(0, Number.MAX_SAFE_INTEGER);
/** Input that nobody has taken yet. */
const longestInput: Bytes = 2 ** 28;
const largestFrame: Bytes = 65_535;
const mostFrames = 256;
const largestQueue = 1024;
/** Addresses of rings are the driver's own choice; what is outside of RAM is found when it is used. */
const address = number(0, 2 ** 64);

const counter = record({ offsetLow: u32, offsetHigh: u32 });

export const uartShape: Shape<Uart16550State> = record({
  ...{ interruptEnable: byte, fifoControl: byte, lineControl: byte, modemControl: byte },
  ...{ scratch: byte, divisor: half, transmitPending: boolean },
  receiver: record({
    ...{ isFifoEnabled: boolean, fifo: list(byte, 0, 16), overrun: boolean, latest: byte },
    backlog: bytes(0, longestInput),
  }),
});

export const rtcShape: Shape<GoldfishRtcState> = record({
  ...{ time: counter, latchedHigh: u32, alarmLow: u32, alarmHigh: u32, alarmRunning: boolean },
  ...{ alarmDeadline: time, interruptPending: boolean, interruptEnabled: boolean },
});

export const emptyShape = record({}) as Shape<Record<string, never>>;

export function clintShape(harts: number): Shape<ClintState> {
  const registers = { software: boolean, timer: boolean, compareLow: u32, compareHigh: u32 };
  return record({ time: counter, harts: list(record(registers), harts) });
}

export function plicShape(sources: number, contexts: number): Shape<PlicState> {
  const words = Math.ceil(sources / 32);
  return record({
    ...{ priority: list(integer(0, 7), sources), pending: list(u32, words) },
    ...{ claimed: list(u32, words), enable: list(u32, words * contexts) },
    threshold: list(integer(0, 7), contexts),
  });
}

const virtqueue: Shape<VirtqueueState> = record({
  ...{ ready: boolean, size: integer(0, largestQueue) },
  ...{ descriptors: address, available: address, used: address },
  ...{ nextAvailable: half, nextUsed: half, availableWrap: boolean, usedWrap: boolean },
  inUse: integer(-(2 ** 20), 2 ** 20),
});

/** A virtio transport with its device. */
export function virtioShape<State>(
  queues: number,
  device: Shape<State>,
): Shape<VirtioMmioState<State>> {
  return record({
    ...{ status: byte, interruptStatus: integer(0, 3) },
    ...{ deviceFeaturesSelect: u32, driverFeaturesSelect: u32 },
    ...{ driverFeaturesLow: u32, driverFeaturesHigh: u32, queueSelect: u32 },
    ...{ queues: list(virtqueue, queues), device },
  }) as Shape<VirtioMmioState<State>>;
}

export const rngShape: Shape<RandomStreamState> = (value, path) => {
  const [a = 0, b = 0, c = 0, d = 0] = list(u32, 4)(value, path);
  return [a, b, c, d];
};

/** Shapes of what lies in a RAM of so many bytes. */
export function bufferShapes(ramBytes: Bytes): {
  readonly block: Shape<VirtioBlockState>;
  readonly net: Shape<VirtioNetState>;
  readonly console: Shape<VirtioConsoleState>;
} {
  const plain = record({
    address: integer(ramBase, ramBase + ramBytes - 1),
    bytes: integer(1, ramBytes),
  });
  const segment: typeof plain = (value, path) => {
    const piece = plain(value, path);
    if (piece.address + piece.bytes <= ramBase + ramBytes) return piece;
    throw new RangeError(`${path} reaches beyond the end of RAM`);
  };
  const segments = list(segment, 0, longestChain);
  const used = { head: half, slots: integer(1, longestChain) };
  const chain: Shape<DescriptorChain> = record({
    ...used,
    ...{ readable: segments, writable: segments },
  });
  const kind = word;
  const offset = integer(0, Number.MAX_SAFE_INTEGER);
  const command = variant<BlockCommand>("kind", {
    read: record({ kind: kind("read"), offset, data: segments }),
    write: record({ kind: kind("write"), offset, data: segments }),
    zero: record({ kind: kind("zero"), offset, bytes: offset }),
    discard: record({ kind: kind("discard") }),
    flush: record({ kind: kind("flush") }),
    "get-id": record({ kind: kind("get-id"), data: segments }),
    unsupported: record({ kind: kind("unsupported") }),
    refused: record({ kind: kind("refused") }),
  });
  const request = record({ buffer: record(used), statusAddress: address, command });
  const frame = record({ frame: bytes(1, largestFrame), arrival: time });
  const buffers = list(chain, 0, largestQueue);
  return {
    block: record({ inFlight: list(record({ request, deadline: time }), 0, largestQueue) }),
    net: record({ inbox: list(frame, 0, mostFrames), buffers }),
    console: record({ pending: bytes(0, longestInput), buffers }),
  };
}

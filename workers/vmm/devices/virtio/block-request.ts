import type { Bytes, GuestPhysicalAddress } from "../../base/units.ts";
import type { GuestMemory } from "../../memory/guest-memory.ts";
import type { DescriptorChain, UsedBuffer } from "./descriptor-chain.ts";
import { SegmentStream } from "./segment-stream.ts";
import { type Segment, sliceSegments, totalBytes } from "./segments.ts";

/**
 * What a driver asks of a disk (virtio 1.2, 5.2.6). `refused` is a request in good form that this
 * disk cannot serve: beyond its end, of part of a sector, too large, or a write to a read-only disk.
 */
export type BlockCommand =
  | { readonly kind: "read"; readonly offset: Bytes; readonly data: readonly Segment[] }
  | { readonly kind: "write"; readonly offset: Bytes; readonly data: readonly Segment[] }
  | { readonly kind: "zero"; readonly offset: Bytes; readonly bytes: Bytes }
  | { readonly kind: "discard" }
  | { readonly kind: "flush" }
  | { readonly kind: "get-id"; readonly data: readonly Segment[] }
  | { readonly kind: "unsupported" }
  | { readonly kind: "refused" };

export interface BlockRequest {
  readonly buffer: UsedBuffer;
  /** Where the status byte goes: the last writable one. */
  readonly statusAddress: GuestPhysicalAddress;
  readonly command: BlockCommand;
}

/** What decides which requests a disk can serve. */
export interface BlockLimits {
  readonly bytes: Bytes;
  readonly readOnly: boolean;
  /** Data segments of one request. */
  readonly segments: number;
  /** Data bytes of one request: bounds what one request can cost the host. */
  readonly requestBytes: Bytes;
}

const sectorBytes = 512;
const headerBytes = 16;
const type = { in: 0, out: 1, flush: 4, getId: 8, discard: 11, writeZeroes: 13 } as const;
/** Sector, number of sectors, flags. */
const rangeBytes = 16;
const mayUnmap = 1;

/**
 * Parses a buffer into a request. `undefined` if the driver left out the 16-byte header (type,
 * reserved, sector) or the status byte: then there is nowhere to say what is wrong.
 */
export function parseBlockRequest(
  memory: GuestMemory,
  chain: DescriptorChain,
  limits: BlockLimits,
): BlockRequest | undefined {
  const readableBytes = totalBytes(chain.readable);
  const last = chain.writable.at(-1);
  if (readableBytes < headerBytes || last === undefined) {
    return undefined;
  }
  const header = new DataView(new ArrayBuffer(headerBytes));
  new SegmentStream(memory, chain.readable).read(new Uint8Array(header.buffer));
  const toDisk = sliceSegments(chain.readable, headerBytes, readableBytes);
  const fromDisk = sliceSegments(chain.writable, 0, totalBytes(chain.writable) - 1);
  const command = parseCommand(memory, header, { toDisk, fromDisk }, limits);
  return {
    buffer: { head: chain.head, slots: chain.slots },
    statusAddress: last.address + last.bytes - 1,
    command,
  };
}

/** Whether a command, parsed for what may have been another disk, is one that this disk can serve. */
export function canServe(command: BlockCommand, limits: BlockLimits): boolean {
  switch (command.kind) {
    case "read":
      return isServable(command.offset, command.data, limits);
    case "write":
      return !limits.readOnly && isServable(command.offset, command.data, limits);
    case "zero": {
      const { offset, bytes } = command;
      const isWhole = offset % sectorBytes === 0 && bytes % sectorBytes === 0;
      const isInside = bytes <= limits.requestBytes && offset + bytes <= limits.bytes;
      return !limits.readOnly && isWhole && isInside;
    }
    case "get-id":
      return command.data.length <= limits.segments;
    default:
      return true;
  }
}

function parseCommand(
  memory: GuestMemory,
  header: DataView,
  { toDisk, fromDisk }: Record<"toDisk" | "fromDisk", readonly Segment[]>,
  limits: BlockLimits,
): BlockCommand {
  const sector = header.getUint32(12, true) * 2 ** 32 + header.getUint32(8, true);
  const offset = sector * sectorBytes;
  switch (header.getUint32(0, true)) {
    case type.in:
      return isServable(offset, fromDisk, limits)
        ? { kind: "read", offset, data: fromDisk }
        : { kind: "refused" };
    case type.out:
      return !limits.readOnly && isServable(offset, toDisk, limits)
        ? { kind: "write", offset, data: toDisk }
        : { kind: "refused" };
    case type.discard:
    case type.writeZeroes:
      return parseRange(memory, header.getUint32(0, true), toDisk, limits);
    case type.flush:
      return { kind: "flush" };
    case type.getId:
      return fromDisk.length <= limits.segments
        ? { kind: "get-id", data: fromDisk }
        : { kind: "refused" };
    default:
      return { kind: "unsupported" };
  }
}

/** Discards and writes of zeroes name their sectors in the data: one range, as QEMU takes it. */
function parseRange(
  memory: GuestMemory,
  kind: number,
  data: readonly Segment[],
  limits: BlockLimits,
): BlockCommand {
  if (limits.readOnly || totalBytes(data) !== rangeBytes) return { kind: "refused" };
  const range = new DataView(new ArrayBuffer(rangeBytes));
  new SegmentStream(memory, data).read(new Uint8Array(range.buffer));
  const sector = range.getUint32(4, true) * 2 ** 32 + range.getUint32(0, true);
  const offset = sector * sectorBytes;
  const bytes = range.getUint32(8, true) * sectorBytes;
  const flags = range.getUint32(12, true);
  const known = kind === type.writeZeroes ? mayUnmap : 0;
  if ((flags & ~known) !== 0) return { kind: "unsupported" };
  if (bytes > limits.requestBytes || offset + bytes > limits.bytes) return { kind: "refused" };
  return kind === type.writeZeroes ? { kind: "zero", offset, bytes } : { kind: "discard" };
}

function isServable(offset: Bytes, data: readonly Segment[], limits: BlockLimits): boolean {
  const bytes = totalBytes(data);
  return (
    offset % sectorBytes === 0 &&
    bytes % sectorBytes === 0 &&
    bytes <= limits.requestBytes &&
    data.length <= limits.segments &&
    offset + bytes <= limits.bytes
  );
}

import type { Bytes, GuestPhysicalAddress } from "../../base/units.ts";

/** A piece of guest memory that a descriptor names: checked to lie inside RAM and not to be empty. */
export interface Segment {
  readonly address: GuestPhysicalAddress;
  readonly bytes: Bytes;
}

export function totalBytes(segments: readonly Segment[]): Bytes {
  return segments.reduce((sum, segment) => sum + segment.bytes, 0);
}

/** The part of the concatenated segments from `from` to `to`. */
export function sliceSegments(segments: readonly Segment[], from: Bytes, to: Bytes): Segment[] {
  const slice: Segment[] = [];
  let start = 0;
  for (const { address, bytes } of segments) {
    const first = Math.max(from - start, 0);
    const end = Math.min(to - start, bytes);
    if (first < end) {
      slice.push({ address: address + first, bytes: end - first });
    }
    start += bytes;
  }
  return slice;
}

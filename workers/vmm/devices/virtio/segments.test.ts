import { expect, test } from "vitest";
import { FlatMemory } from "../../../../tests/contracts/support/flat-memory.ts";
import { SegmentStream } from "./segment-stream.ts";
import { sliceSegments, totalBytes } from "./segments.ts";

const base = 0x8000_0000;
const segments = [
  { address: base + 100, bytes: 10 },
  { address: base + 500, bytes: 1 },
  { address: base + 20, bytes: 7 },
];

test("a slice cuts the first and the last segment that it touches", () => {
  expect(totalBytes(segments)).toBe(18);
  expect(sliceSegments(segments, 0, 18)).toEqual(segments);
  expect(sliceSegments(segments, 4, 13)).toEqual([
    { address: base + 104, bytes: 6 },
    { address: base + 500, bytes: 1 },
    { address: base + 20, bytes: 2 },
  ]);
  expect(sliceSegments(segments, 10, 11)).toEqual([segments[1]]);
  expect(sliceSegments(segments, 18, 30)).toEqual([]);
});

test("a stream carries bytes across segments, whatever the sizes of its steps", () => {
  const memory = new FlatMemory();
  const bytes = Uint8Array.from({ length: 18 }, (_, index) => index + 1);
  const writer = new SegmentStream(memory, segments);
  for (const part of [bytes.subarray(0, 3), bytes.subarray(3, 12), bytes.subarray(12)]) {
    writer.write(part);
  }
  expect(memory.view(base + 500, 1).getUint8(0)).toBe(11);
  const copy = new Uint8Array(18);
  new SegmentStream(memory, segments).read(copy);
  expect(copy).toEqual(bytes);
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FrameReader, framed } from "./frame-stream.ts";

const frames = fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 20 });

/** `bytes` in pieces of the lengths given, then the rest. */
function pieces(bytes: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  const cut: Uint8Array[] = [];
  let offset = 0;
  for (const length of lengths) {
    cut.push(bytes.subarray(offset, offset + length));
    offset += length;
  }
  return [...cut, bytes.subarray(offset)];
}

describe("frames on a byte stream", () => {
  test("a frame is preceded by its length in four bytes, the highest first", () => {
    expect([...framed(Uint8Array.of(7, 8, 9))]).toEqual([0, 0, 0, 3, 7, 8, 9]);
  });

  test("come out as they went in, however the stream is cut", () => {
    fc.assert(
      fc.property(frames, fc.array(fc.nat(50)), (sent, lengths) => {
        const reader = new FrameReader();
        const bytes = Buffer.concat(sent.map(framed));
        const received = pieces(bytes, lengths).flatMap((piece) => reader.read(piece));
        expect(received.map((frame) => [...frame])).toEqual(sent.map((frame) => [...frame]));
        expect(reader.isBroken).toBe(false);
      }),
    );
  });

  test("a length that no frame has breaks the stream, after the frames before it", () => {
    const reader = new FrameReader();
    const bytes = Buffer.concat([framed(Uint8Array.of(1)), Uint8Array.of(0xff, 0, 0, 0)]);
    expect(reader.read(bytes)).toHaveLength(1);
    expect(reader.isBroken).toBe(true);
    expect(reader.read(framed(Uint8Array.of(1)))).toEqual([]);
  });

  test("any bytes at all give frames or break the stream, and never throw", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 64 })), (chunks) => {
        const reader = new FrameReader();
        for (const chunk of chunks) reader.read(chunk);
      }),
    );
  });
});

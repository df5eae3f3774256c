import fc from "fast-check";
import { expect, test } from "vitest";
import { ByteWriter } from "./byte-writer.ts";

/** LEB128 as the specification defines it (§5.2.2), over the integers. */
function decodeLeb(bytes: Uint8Array, signed: boolean): bigint {
  let value = 0n;
  let shift = 0n;
  let last = 0;
  for (const byte of bytes) {
    value |= BigInt(byte & 0x7f) << shift;
    shift += 7n;
    last = byte;
  }
  return signed && (last & 0x40) !== 0 ? value - (1n << shift) : value;
}

function written(write: (out: ByteWriter) => void): Uint8Array {
  const out = new ByteWriter();
  write(out);
  return out.view().slice();
}

test("an unsigned number is read back from its encoding", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), (value) => {
      const bytes = written((out) => out.unsigned(value));
      expect(decodeLeb(bytes, false)).toBe(BigInt(value));
      expect(bytes.length).toBeLessThanOrEqual(5);
    }),
  );
});

test("a signed 32-bit number is read back from its encoding", () => {
  fc.assert(
    fc.property(fc.integer(), (value) => {
      const bytes = written((out) => out.signed32(value));
      expect(decodeLeb(bytes, true)).toBe(BigInt(value));
      expect(bytes.length).toBeLessThanOrEqual(5);
    }),
  );
});

test("a signed 64-bit number is read back from its encoding", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
      const bytes = written((out) => out.signed64(value));
      expect(decodeLeb(bytes, true)).toBe(value);
      expect(bytes.length).toBeLessThanOrEqual(10);
    }),
  );
});

test.each([
  [0, [0x00]],
  [-1, [0x7f]],
  [63, [0x3f]],
  [64, [0xc0, 0x00]],
  [-64, [0x40]],
  [-65, [0xbf, 0x7f]],
])("%d is encoded as short as it can be", (value, bytes) => {
  expect([...written((out) => out.signed32(value))]).toEqual(bytes);
  expect([...written((out) => out.signed64(BigInt(value)))]).toEqual(bytes);
});

test("the buffer grows without losing what was written", () => {
  const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i & 0xff);
  expect(
    written((out) => {
      for (const byte of bytes) out.byte(byte);
      out.bytes(bytes);
    }),
  ).toEqual(Uint8Array.from([...bytes, ...bytes]));
});

test("a sized vector states its length first", () => {
  const content = new ByteWriter();
  content.name("ab");
  expect([...written((out) => out.sized(content))]).toEqual([3, 2, 0x61, 0x62]);
});

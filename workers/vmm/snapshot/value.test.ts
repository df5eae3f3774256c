import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeValue } from "./decode-value.ts";
import { encodeValue } from "./encode-value.ts";

/** Text cut anywhere, within a character, too. */
const anyText = fc.string({
  unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
});
const plain = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    ...[fc.constant(null), fc.boolean(), anyText, fc.uint8Array()],
    ...[fc.maxSafeInteger(), fc.double({ noNaN: true, noDefaultInfinity: true })],
    fc.array(tie("value"), { maxLength: 5 }),
    fc.dictionary(anyText, tie("value"), { maxKeys: 5, noNullPrototype: true }),
  ),
})).value;

test("plain data come back as they were", () => {
  fc.assert(
    fc.property(plain, (value) => {
      expect(decodeValue(encodeValue(value))).toEqual(value);
    }),
  );
});

test("the order in which fields were written, and fields that are undefined, do not count", () => {
  const one = encodeValue({ b: 1, a: [true, -0], c: undefined });
  expect(encodeValue({ a: [true, -0], b: 1 })).toEqual(one);
  expect(Object.is((decodeValue(one) as { a: unknown[] }).a[1], -0)).toBe(true);
});

test("any bytes are refused, or are the very ones that the value is written as", () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 20 }).map((few) => Uint8Array.from(few)),
    fc.tuple(plain, fc.nat(), fc.integer({ min: 0, max: 255 })).map(([value, at, byte]) => {
      const changed = encodeValue(value);
      changed[at % changed.length] = byte;
      return changed;
    }),
  );
  fc.assert(
    fc.property(bytes, (input) => {
      let value: unknown;
      try {
        value = decodeValue(input);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
        return;
      }
      expect(encodeValue(value)).toEqual(input);
    }),
    { numRuns: 2000 },
  );
});

test("lists that claim to be endless, and nesting without end, are refused at once", () => {
  expect(() => decodeValue(Uint8Array.of(8, 0xff, 0xff, 0xff, 0xff, 0x7f))).toThrow("cut short");
  expect(() => decodeValue(new Uint8Array(100_000).fill(1).map((_, i) => (i % 2 ? 1 : 8)))).toThrow(
    "nested too deeply",
  );
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, 1n, () => 1])("%s is no plain data", (value) => {
  expect(() => encodeValue({ value })).toThrow("is no plain data");
});

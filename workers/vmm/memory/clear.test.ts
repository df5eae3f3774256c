import fc from "fast-check";
import { expect, test } from "vitest";
import { clear } from "./clear.ts";

test("all that is between the two is zero afterwards, and nothing else", () => {
  const size = 5 * 4096;
  fc.assert(
    fc.property(fc.nat(size), fc.nat(size), (a, b) => {
      const [start, end] = a < b ? [a, b] : [b, a];
      const bytes = new Uint8Array(new SharedArrayBuffer(size)).fill(7);
      clear(bytes, start, end);
      const expected = Uint8Array.from(bytes, (_, i) => (i >= start && i < end ? 0 : 7));
      expect(Buffer.compare(bytes, expected)).toBe(0);
    }),
    { numRuns: 30 },
  );
});

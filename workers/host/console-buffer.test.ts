import fc from "fast-check";
import { expect, test } from "vitest";
import { ConsoleBuffer } from "./console-buffer.ts";

test("every byte comes out once, in order, however often it is taken", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 10_000 }), { maxLength: 6 }), (parts) => {
      const buffer = new ConsoleBuffer();
      const taken = parts.map((part) => {
        for (const byte of part) {
          buffer.write(byte);
        }
        return buffer.take();
      });
      expect(taken).toEqual(parts);
      expect(buffer.take()).toHaveLength(0);
    }),
    { numRuns: 50 },
  );
});

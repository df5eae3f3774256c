import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { elfFile } from "../../../tests/contracts/support/elf-file.ts";
import { elfWithSymbols } from "../../../tests/contracts/support/elf-with-symbols.ts";
import { findElfSymbols } from "./elf-symbols.ts";

const segments = [{ address: 0x8000_0000, bytes: Uint8Array.of(1, 2, 3, 4) }];
const symbols = { tohost_other: 1, tohost: 0x8000_1000, fromhost: 0x8000_1040 };

describe("findElfSymbols", () => {
  test("gives the values of whole names only", () => {
    const file = elfWithSymbols(0x8000_0000, segments, symbols);
    const found = findElfSymbols(file, ["tohost", "fromhost", "host", "missing"]);
    expect([...found]).toEqual([
      ["tohost", 0x8000_1000],
      ["fromhost", 0x8000_1040],
    ]);
  });

  test("finds nothing in a stripped file or in one that is no ELF file", () => {
    expect(findElfSymbols(elfFile(0x8000_0000, segments), ["tohost"]).size).toBe(0);
    expect(findElfSymbols(new Uint8Array(100), ["tohost"]).size).toBe(0);
  });

  test("finds nothing where the table is cut off", () => {
    const file = elfWithSymbols(0x8000_0000, segments, symbols);
    for (let bytes = 0; bytes < file.length; bytes++) {
      expect(findElfSymbols(file.subarray(0, bytes), ["tohost"]).size).toBe(0);
    }
  });

  test("whatever the bytes, it neither throws nor reads beyond the file", () => {
    const file = elfWithSymbols(0x8000_0000, segments, symbols);
    const at = fc.oneof(fc.integer({ min: 40, max: 63 }), fc.integer({ min: 124, max: 500 }));
    fc.assert(
      fc.property(fc.array(fc.tuple(at, fc.nat(255)), { maxLength: 12 }), (changes) => {
        const spoilt = file.slice();
        for (const [offset, byte] of changes) {
          if (offset < spoilt.length) spoilt[offset] = byte;
        }
        expect(() => findElfSymbols(spoilt, ["tohost", "fromhost"])).not.toThrow();
      }),
    );
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { elfFile } from "../../../tests/contracts/support/elf-file.ts";
import { failureCode } from "../../../tests/contracts/support/failure-code.ts";
import { isElf, parseElf } from "./elf.ts";

const code = Uint8Array.of(1, 2, 3, 4);

describe("parseElf", () => {
  test("gives the loadable segments with their zeros, and the entry", () => {
    const file = elfFile(0x8000_0002, [
      { address: 0x8000_0000, bytes: code, memoryBytes: 0x100 },
      { address: 0, bytes: code, type: 4 },
      { address: 0x8000_1000, bytes: new Uint8Array(0), memoryBytes: 0x20 },
    ]);
    expect(isElf(file)).toBe(true);
    expect(parseElf(file)).toMatchObject({
      entry: 0x8000_0002,
      segments: [
        { address: 0x8000_0000, bytes: code, memoryBytes: 0x100 },
        { address: 0x8000_1000, bytes: new Uint8Array(0), memoryBytes: 0x20 },
      ],
    });
  });

  test("translates the entry of a kernel linked for high virtual addresses", () => {
    const virtualAddress = 2 ** 40;
    const file = elfFile(virtualAddress + 2, [
      { address: 0x8020_0000, bytes: code, virtualAddress },
    ]);
    expect(parseElf(file).entry).toBe(0x8020_0002);
    expect(parseElf(file).toPhysical(virtualAddress + 3)).toBe(0x8020_0003);
    expect(parseElf(file).toPhysical(virtualAddress + 4)).toBe(virtualAddress + 4);
  });

  test.each<[string, string, (file: Uint8Array, view: DataView) => void]>([
    ["another class", "elf-foreign", (file) => file.fill(1, 4, 5)],
    ["another byte order", "elf-foreign", (file) => file.fill(2, 5, 6)],
    ["another machine", "elf-foreign", (_file, view) => view.setUint16(18, 62, true)],
    ["an object file", "elf-foreign", (_file, view) => view.setUint16(16, 1, true)],
    ["no program headers", "elf-empty", (_file, view) => view.setUint16(56, 0, true)],
    ["headers of a strange size", "elf-invalid", (_file, view) => view.setUint16(54, 32, true)],
    ["headers beyond the end", "elf-truncated", (_file, view) => view.setUint16(56, 999, true)],
    ["headers far beyond it", "elf-truncated", (_file, view) => view.setUint32(36, 999, true)],
    ["a segment beyond the end", "elf-truncated", (_file, view) => view.setUint32(72, 999, true)],
    ["more in file than memory", "elf-invalid", (_file, view) => view.setUint32(64 + 40, 3, true)],
  ])("refuses a file with %s", (_what, expected, spoil) => {
    const file = elfFile(0x8000_0000, [{ address: 0x8000_0000, bytes: code }]);
    spoil(file, new DataView(file.buffer));
    expect(failureCode(() => parseElf(file))).toBe(expected);
  });

  test("refuses a file that is cut anywhere", () => {
    const file = elfFile(0x8000_0000, [{ address: 0x8000_0000, bytes: code }]);
    for (let bytes = 0; bytes < file.length; bytes++) {
      expect(failureCode(() => parseElf(file.subarray(0, bytes)))).toBe("elf-truncated");
    }
  });

  test("whatever the bytes, it gives segments of the file or a Failure", () => {
    const file = elfFile(0x8000_0000, [
      { address: 0x8000_0000, bytes: code },
      { address: 0x8000_1000, bytes: code },
    ]);
    const change = fc.tuple(fc.integer({ min: 16, max: file.length - 1 }), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { maxLength: 12 }), (changes) => {
        const spoilt = file.slice();
        for (const [at, byte] of changes) {
          spoilt[at] = byte;
        }
        failureCode(() => {
          for (const segment of parseElf(spoilt).segments) {
            expect(segment.bytes.length).toBeLessThanOrEqual(segment.memoryBytes);
          }
        });
      }),
    );
  });
});

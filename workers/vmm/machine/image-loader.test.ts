import { describe, expect, test } from "vitest";
import { elfFile } from "../../../tests/contracts/support/elf-file.ts";
import { failureCode } from "../../../tests/contracts/support/failure-code.ts";
import { linuxImageFile } from "../../../tests/contracts/support/linux-image-file.ts";
import { loadImage } from "./image-loader.ts";

const ramBase = 0x8000_0000;
const place = {
  ramBase,
  ramBytes: 0x100_0000,
  rawAddress: ramBase + 0x1000,
  obeysTextOffset: true,
};
const code = Uint8Array.of(1, 2, 3, 4);

describe("loadImage", () => {
  test("raw code goes where the caller says and starts at its first byte", () => {
    expect(loadImage(code, "kernel", place)).toEqual({
      kind: "raw",
      segments: [{ address: ramBase + 0x1000, bytes: code, memoryBytes: 4 }],
      entry: ramBase + 0x1000,
    });
  });

  test("a Linux Image goes to its own offset, for callers that obey it", () => {
    const file = linuxImageFile({ textOffset: 0x20_0000, imageBytes: 0x40_0000 });
    const image = loadImage(file, "kernel", place);
    expect(image).toMatchObject({ kind: "linux", entry: ramBase + 0x20_0000 });
    expect(image.segments[0]?.memoryBytes).toBe(0x40_0000);
    const raw = loadImage(file, "kernel", { ...place, obeysTextOffset: false });
    expect(raw.entry).toBe(place.rawAddress);
  });

  test("ELF segments come in the order of their addresses, those outside of RAM left out", () => {
    const file = elfFile(ramBase, [
      { address: ramBase + 0x2000, bytes: code },
      { address: 0x1_0000, bytes: code },
      { address: ramBase, bytes: code, memoryBytes: 0x2000 },
    ]);
    const addresses = loadImage(file, "kernel", place).segments.map(({ address }) => address);
    expect(addresses).toEqual([ramBase, ramBase + 0x2000]);
  });

  test("a position-independent ELF file that is linked at 0 goes to RAM as a whole", () => {
    const file = elfFile(4, [
      { address: 0, bytes: code },
      { address: 0x4_0000, bytes: code, memoryBytes: 0x100 },
    ]);
    expect(failureCode(() => loadImage(file, "firmware", place))).toBe("image-outside-ram");
    new DataView(file.buffer).setUint16(16, 3, true);
    expect(loadImage(file, "firmware", place)).toEqual({
      kind: "elf",
      entry: ramBase + 0x1004,
      segments: [
        { address: ramBase + 0x1000, bytes: code, memoryBytes: 4 },
        { address: ramBase + 0x4_1000, bytes: code, memoryBytes: 0x100 },
      ],
    });
    const inPlace = elfFile(ramBase, [{ address: ramBase, bytes: code }]);
    new DataView(inPlace.buffer).setUint16(16, 3, true);
    expect(loadImage(inPlace, "firmware", place).entry).toBe(ramBase);
  });

  test.each([
    ["empty", "image-empty", new Uint8Array(0)],
    ["outside of RAM", "image-outside-ram", elfFile(0, [{ address: 0x1000, bytes: code }])],
    [
      "across the end of RAM",
      "image-outside-ram",
      elfFile(0, [{ address: ramBase, bytes: code, memoryBytes: 0x200_0000 }]),
    ],
    ["too large", "image-outside-ram", linuxImageFile({ imageBytes: 2 ** 62 })],
    [
      "overlapping itself",
      "image-overlap",
      elfFile(ramBase, [
        { address: ramBase, bytes: code, memoryBytes: 0x1001 },
        { address: ramBase + 0x1000, bytes: code },
      ]),
    ],
  ])("refuses an image that is %s", (_what, expected, file) => {
    expect(failureCode(() => loadImage(file, "kernel", place))).toBe(expected);
  });
});

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import type { BlockBackend } from "../vmm/mod.ts";
import { FileBlock } from "./block-file.ts";
import { MemoryBlock } from "./block-memory.ts";
import { OverlayBlock } from "./block-overlay.ts";

const folder = mkdtempSync(join(tmpdir(), "block-"));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function fileWith(image: Uint8Array): string {
  files += 1;
  const path = join(folder, `${files}.img`);
  writeFileSync(path, image);
  return path;
}

const implementations: Record<string, (image: Uint8Array) => BlockBackend> = {
  FileBlock: (image) => new FileBlock(fileWith(image), { readOnly: false }),
  MemoryBlock: (image) => new MemoryBlock(image),
  OverlayBlock: (image) => new OverlayBlock(new FileBlock(fileWith(image), { readOnly: true })),
};

const operations = fc.array(
  fc.record({
    sector: fc.nat(40),
    sectors: fc.integer({ min: 1, max: 20 }),
    fill: fc.option(fc.integer({ min: 1, max: 255 })),
  }),
  { maxLength: 30 },
);

describe.each(Object.entries(implementations))("%s", (_name, make) => {
  test.each([
    [0, 0],
    [1, 512],
    [512, 512],
    [1000, 1024],
    [1_048_577, 1_049_088],
  ])("an image of %i bytes is a disk of %i bytes", (imageBytes, bytes) => {
    expect(make(new Uint8Array(imageBytes)).bytes).toBe(bytes);
  });

  test("what lies behind the end of the image reads as zeros and can be written", () => {
    const disk = make(new Uint8Array(600).fill(7));
    const last = new Uint8Array(512).fill(9);
    disk.read(512, last);
    expect(last).toEqual(new Uint8Array(512).fill(7, 0, 88));
    disk.write(512, new Uint8Array(512).fill(3));
    disk.flush();
    disk.read(512, last);
    expect(last).toEqual(new Uint8Array(512).fill(3));
  });

  test("any sequence of reads and writes behaves like an array of bytes", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30_000 }), operations, (imageBytes, steps) => {
        const image = Uint8Array.from({ length: imageBytes }, (_, index) => index % 251);
        const disk = make(image);
        const model = new Uint8Array(disk.bytes);
        model.set(image);
        for (const { sector, sectors, fill } of steps) {
          const offset = sector * 512;
          const length = Math.min(sectors * 512, disk.bytes - offset);
          if (length <= 0) {
            continue;
          }
          if (fill !== null) {
            const data = new Uint8Array(length).fill(fill);
            disk.write(offset, data);
            model.set(data, offset);
          }
          const seen = new Uint8Array(length).fill(0xee);
          disk.read(offset, seen);
          expect(seen).toEqual(model.slice(offset, offset + length));
        }
        if (disk instanceof FileBlock) {
          disk.close();
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe("FileBlock", () => {
  test("the file holds what the guest wrote and grows to whole sectors at most", () => {
    const path = fileWith(new Uint8Array(600));
    const disk = new FileBlock(path, { readOnly: false });
    disk.write(512, new Uint8Array(512).fill(5));
    disk.flush();
    disk.close();
    expect(readFileSync(path).length).toBe(1024);
    expect(readFileSync(path)[1023]).toBe(5);
  });

  test.each(["missing.img", "."])("%s is refused with a Failure that names it", (name) => {
    const path = join(folder, name);
    expect(() => new FileBlock(path, { readOnly: true })).toThrowError(
      expect.objectContaining({ name: "Failure", code: "disk-unreadable" }),
    );
    expect(() => new FileBlock(path, { readOnly: true })).toThrowError(path);
  });
});

describe("MemoryBlock", () => {
  test("two disks over one image do not see each other's writes, and the image stays as it was", () => {
    const image = new Uint8Array(new SharedArrayBuffer(8192));
    const [one, two] = [new MemoryBlock(image), new MemoryBlock(image)];
    one.write(4096, new Uint8Array(512).fill(1));
    const seen = new Uint8Array(512);
    two.read(4096, seen);
    expect(seen.every((byte) => byte === 0)).toBe(true);
    expect(image.every((byte) => byte === 0)).toBe(true);
  });
});

import { gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { plainKernelImage } from "./plain-kernel-image.ts";

const plain = Buffer.alloc(4096, 0x13);
plain.writeUInt32LE(0x05435352, 0x38);

function selfExtracting(compression: string, payload: Buffer): Buffer {
  const header = Buffer.alloc(64);
  header.write("MZ\0\0zimg", "latin1");
  header.writeUInt32LE(64, 8);
  header.writeUInt32LE(payload.length, 12);
  header.write(compression, 24, "latin1");
  return Buffer.concat([header, payload, Buffer.from("trailer")]);
}

describe("the kernel file of a Debian package", () => {
  test.each([
    ["plain", plain],
    ["compressed with gzip", gzipSync(plain)],
    ["self-extracting with gzip inside", selfExtracting("gzip", gzipSync(plain))],
    ["self-extracting with zstd inside", selfExtracting("zstd", zstdCompressSync(plain))],
  ])("%s becomes the plain image", (_, file) => {
    expect(Buffer.from(plainKernelImage(file)).equals(plain)).toBe(true);
  });

  test("of an unknown form is refused with what to do", () => {
    expect(() => plainKernelImage(Buffer.from("short"))).toThrow(/neither a RISC-V Image/);
    expect(() => plainKernelImage(Buffer.alloc(4096))).toThrow(/neither a RISC-V Image/);
    expect(() => plainKernelImage(selfExtracting("lzma", plain))).toThrow(/neither/);
  });
});

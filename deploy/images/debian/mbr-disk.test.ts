import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { createMbrDisk, partitionStart } from "./mbr-disk.ts";

test("a disk has one bootable Linux partition behind its first megabyte, up to its end", () => {
  const folder = mkdtempSync(`${tmpdir()}/trapline-mbr-`);
  try {
    const bytes = 4 * 1024 * 1024;
    createMbrDisk(`${folder}/disk`, bytes);
    const disk = readFileSync(`${folder}/disk`);
    expect(disk.length).toBe(bytes);
    expect(disk.readUInt16BE(510)).toBe(0x55aa);
    expect([disk[446], disk[450]]).toEqual([0x80, 0x83]);
    expect(disk.readUInt32LE(454) * 512).toBe(partitionStart);
    expect(disk.readUInt32LE(458) * 512).toBe(bytes - partitionStart);
    expect(disk.subarray(512).every((byte) => byte === 0)).toBe(true);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

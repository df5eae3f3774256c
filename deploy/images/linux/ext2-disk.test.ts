import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Ext2File, ext2Disk } from "./ext2-disk.ts";

/** Where an ordinary user's search path does not reach. */
const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };
const hasTools = spawnSync("e2fsck", ["-V"], { env }).status === 0;
const reason = hasTools ? "" : " (skipped: e2fsprogs is not installed)";

const pattern = (bytes: number) => Uint8Array.from({ length: bytes }, (_, i) => (i * 7) & 0xff);
const samples: Record<string, Ext2File[]> = {
  "no file": [],
  "an empty file": [{ name: "empty", bytes: new Uint8Array(0) }],
  "files around the size of a block": [1, 1023, 1024, 1025].map((size) => ({
    name: `file-${size}`,
    bytes: pattern(size),
  })),
  "files around the end of the direct blocks": [12 * 1024, 12 * 1024 + 1, 200_000].map((size) => ({
    name: `file-${size}`,
    bytes: pattern(size),
  })),
  "many files with odd names": Array.from({ length: 20 }, (_, i) => ({
    name: `${"näme ".repeat(1 + (i % 4))}${i}`,
    bytes: pattern(i),
  })),
};

describe(`an ext2 disk${reason}`, () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(`${tmpdir()}/ext2-disk-`);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test.skipIf(!hasTools).each(Object.entries(samples))("with %s passes e2fsck", (_, files) => {
    const image = `${folder}/disk`;
    writeFileSync(image, ext2Disk(files, 1024));
    const check = spawnSync("e2fsck", ["-fn", image], { env, encoding: "utf8" });
    expect(check.stdout).not.toMatch(/\?/);
    expect(check.status).toBe(0);
    for (const { name, bytes } of files) {
      const read = spawnSync("debugfs", ["-R", `cat "/${name}"`, image], { env });
      expect(Buffer.from(bytes).equals(read.stdout)).toBe(true);
    }
  });

  test("does not depend on the order of its files", () => {
    const files = samples["many files with odd names"] ?? [];
    expect(ext2Disk(files.toReversed(), 64)).toEqual(ext2Disk(files, 64));
  });

  test("that is too small for its files is refused", () => {
    expect(() => ext2Disk([{ name: "big", bytes: pattern(60_000) }], 64)).toThrow(/do not fit/);
    expect(() => ext2Disk([{ name: "big", bytes: pattern(300_000) }], 1024)).toThrow(/too long/);
    expect(() => ext2Disk([], 9000)).toThrow(RangeError);
  });
});

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createRootDisk, readFromRootDisk } from "./root-disk.ts";

const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };
const hasTools = spawnSync("mke2fs", ["-V"], { env }).status === 0;

describe.skipIf(!hasTools)("the disk of a root file system", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(`${tmpdir()}/trapline-root-disk-`);
    mkdirSync(`${folder}/root/boot`, { recursive: true });
    writeFileSync(`${folder}/root/boot/kernel-1`, "a kernel");
    symlinkSync("boot/kernel-1", `${folder}/root/kernel`);
    createRootDisk(`${folder}/root`, `${folder}/disk`);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const read = (path: string) => readFromRootDisk(`${folder}/disk`, path, folder).toString();

  test("has the files of the folder, behind links too", () => {
    expect(read("/boot/kernel-1")).toBe("a kernel");
    expect(read("/kernel")).toBe("a kernel");
  });

  test("says when it has no such file", () => {
    expect(() => read("/initrd")).toThrow(/no file \/initrd/);
  });
});

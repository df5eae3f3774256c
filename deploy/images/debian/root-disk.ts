import { existsSync, readFileSync, rmSync } from "node:fs";
import { ImageProblem } from "../linux/image-problem.ts";
import { runTool } from "../linux/run-tool.ts";
import { createMbrDisk, partitionStart } from "./mbr-disk.ts";

const diskBytes = 512 * 1024 * 1024;
const volume = "74726170-6c69-6e65-2064-656269616e21";
/** 2026-01-01T00:00:00Z, as text of Unix seconds. */
const madeAt = "1767225600";

/**
 * Makes a disk image whose first partition is an ext4 file system with the files of `root`.
 * Root's privileges are not needed, and owners are not kept.
 */
export function createRootDisk(root: string, disk: string): void {
  createMbrDisk(disk, diskBytes);
  const extended = [
    `offset=${partitionStart}`,
    `hash_seed=${volume}`,
    "root_owner=0:0",
    // The guest would go on with it in the background of its first boot.
    "lazy_itable_init=0,lazy_journal_init=0",
  ].join(",");
  const kibibytes = (diskBytes - partitionStart) / 1024;
  const fileSystem = ["-q", "-t", "ext4", "-U", volume, "-L", "trapline", "-E", extended];
  runTool("mke2fs", [...fileSystem, "-d", root, disk, `${kibibytes}k`], undefined, {
    E2FSPROGS_FAKE_TIME: madeAt,
  });
}

/**
 * Reads a file, also one behind a symbolic link in its folder, out of the file system on a disk.
 *
 * @param folder for a temporary file
 * @throws ImageProblem when it is not there
 */
export function readFromRootDisk(disk: string, path: string, folder: string): Buffer {
  const debugfs = (request: string) =>
    runTool("debugfs", ["-R", request, `${disk}?offset=${partitionStart}`]).toString();
  const target = /Fast link dest: "(.*)"/.exec(debugfs(`stat ${path}`))?.[1];
  const file = target === undefined ? path : `${path.slice(0, path.lastIndexOf("/") + 1)}${target}`;
  debugfs(`dump ${file} ${folder}/dumped`);
  // debugfs ends well whether it finds the file or not.
  if (!existsSync(`${folder}/dumped`)) {
    throw new ImageProblem(`The disk has no file ${path}.`, "The second stage did not make it.");
  }
  const bytes = readFileSync(`${folder}/dumped`);
  rmSync(`${folder}/dumped`);
  return bytes;
}

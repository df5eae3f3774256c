import { closeSync, openSync, truncateSync, writeSync } from "node:fs";

/** Where the disk's only partition begins, in bytes: at the first megabyte, as partitioners do it. */
export const partitionStart = 1024 * 1024;

const sectorBytes = 512;
const tableOffset = 446;
const bootable = 0x80;
const linuxFileSystem = 0x83;
/** Cylinder, head and sector where a position is beyond them; who reads them is long gone. */
const beyond = [0xfe, 0xff, 0xff];

/**
 * Makes a disk image with a DOS partition table (master boot record) and one bootable partition for
 * Linux that takes all but the first megabyte. The partition's bytes are zeros that take no space.
 */
export function createMbrDisk(file: string, bytes: number): void {
  const sector = Buffer.alloc(sectorBytes);
  sector.writeUInt32LE(0x6c706174, tableOffset - 6);
  sector.set([bootable, ...beyond, linuxFileSystem, ...beyond], tableOffset);
  sector.writeUInt32LE(partitionStart / sectorBytes, tableOffset + 8);
  sector.writeUInt32LE((bytes - partitionStart) / sectorBytes, tableOffset + 12);
  sector.writeUInt16LE(0xaa55, sectorBytes - 2);
  const disk = openSync(file, "w");
  try {
    writeSync(disk, sector);
  } finally {
    closeSync(disk);
  }
  truncateSync(file, bytes);
}

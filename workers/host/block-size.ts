import type { Bytes } from "../vmm/mod.ts";

const sectorBytes = 512;

/**
 * The size of a disk whose image has `imageBytes`: whole sectors, rounded up as QEMU's raw format
 * does. What lies behind the end of the image reads as zeros.
 */
export function diskBytes(imageBytes: Bytes): Bytes {
  return Math.ceil(imageBytes / sectorBytes) * sectorBytes;
}

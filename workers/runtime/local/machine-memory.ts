import type { Bytes } from "../../vmm/mod.ts";

const MiB = 2 ** 20;
const wasmPageBytes = 65_536;
/** The most that a 32-bit WebAssembly memory can have. */
const largest = 4096 * MiB;
/** The least that a monitor works in. */
const smallest = 128 * MiB;
/** What the monitor keeps beside the guest's frames, besides its heap of an eighth of all. */
const ownBytes = 112 * MiB;

/**
 * The size of the machine memory for one VM that may touch all of its RAM. Address space only: what
 * is not touched is never backed.
 */
export function machineMemory(ramBytes: Bytes): Bytes {
  const wanted = Math.ceil(((ramBytes + ownBytes) * 8) / 7 / wasmPageBytes) * wasmPageBytes;
  return Math.min(Math.max(wanted, smallest), largest);
}

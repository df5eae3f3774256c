import type { Bytes } from "../../vmm/mod.ts";

const MiB = 2 ** 20;
const wasmPageBytes = 65_536;
/** The most that a 32-bit WebAssembly memory can have. */
const largest = 4096 * MiB;
/** What the monitor keeps beside the guest's frames; only what it touches is ever backed. */
const ownBytes = 64 * MiB;

/** The size of the machine memory for one VM with so much RAM. */
export function machineMemory(ramBytes: Bytes): Bytes {
  const wanted = Math.ceil((ramBytes + ramBytes / 8 + ownBytes) / wasmPageBytes) * wasmPageBytes;
  return Math.min(wanted, largest);
}

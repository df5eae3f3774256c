import type { Bytes } from "../../vmm/mod.ts";

const MiB = 2 ** 20;
const wasmPageBytes = 65_536;
/** The most that a 32-bit WebAssembly memory can have. */
const largest = 4096 * MiB;
/** The least that a monitor works in. */
const smallest = 128 * MiB;
/** What a small monitor keeps beside the guest's frames, besides its heap of a sixteenth of all. */
const smallOwnBytes = 112 * MiB;
/** The same of a large one, besides its heap and pool of code pages of three sixteenths of all. */
const largeOwnBytes = 17 * MiB;

/**
 * The size of the machine memory for one VM that may touch all of its RAM. Address space only: what
 * is not touched is never backed.
 */
export function machineMemory(ramBytes: Bytes): Bytes {
  const small = ((ramBytes + smallOwnBytes) * 16) / 15;
  const large = ((ramBytes + largeOwnBytes) * 16) / 13;
  const wanted = Math.ceil(Math.max(small, large) / wasmPageBytes) * wasmPageBytes;
  return Math.min(Math.max(wanted, smallest), largest);
}

import process from "node:process";
import { setFlagsFromString } from "node:v8";

/** From 15 on it does so without being asked; before 14 it is not known to. */
const asked = /^14\./;

/**
 * Has V8 take buffers as a part of the heap when it decides about the next full collection. Otherwise it
 * begins one behind every few dozens of megabytes of buffers, however soon they are garbage; a move makes
 * hundreds. It counts for all threads that begin later.
 */
export function countBuffersWithHeap(): void {
  if ("Deno" in globalThis || !asked.test(process.versions.v8)) return;
  setFlagsFromString("--external-memory-accounted-in-global-limit");
}

import type { MachineAddress } from "../base/units.ts";
import { pageBytes } from "./layout.ts";

const zeros = new Uint8Array(pageBytes);

/**
 * Fills a part of a machine memory with zeros. By copies: V8 fills memory that is shared byte by byte,
 * which takes six times as long.
 */
export function clear(machineBytes: Uint8Array, start: MachineAddress, end: MachineAddress): void {
  let at = start;
  for (; at + pageBytes <= end; at += pageBytes) machineBytes.set(zeros, at);
  if (at < end) machineBytes.set(zeros.subarray(0, end - at), at);
}

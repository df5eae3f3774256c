import type { MachineAddress } from "../base/units.ts";
import { isZero } from "./is-zero.ts";
import { pageBytes } from "./layout.ts";

/** Fills pages with zeros, but writes none that are zeros already: the host may not back them yet. */
export function clearPages(bytes: Uint8Array, start: MachineAddress, end: MachineAddress): void {
  for (let page = start; page < end; page += pageBytes) {
    const content = bytes.subarray(page, Math.min(page + pageBytes, end));
    if (!isZero(content)) content.fill(0);
  }
}

import { ramBase } from "../base/memory-map.ts";
import type { Bytes, GuestPhysicalAddress } from "../base/units.ts";
import { isElf, parseElf } from "./elf.ts";
import { findElfSymbols } from "./elf-symbols.ts";

/** Where a guest has its two words of the host-target interface. */
export interface HtifPlace {
  readonly tohost: GuestPhysicalAddress;
  readonly fromhost?: GuestPhysicalAddress;
}

const wordBytes = 8;

/**
 * Finds `tohost` and `fromhost` among a bare-metal kernel's symbols, as Spike does. A word that is
 * not aligned or not in RAM does not count.
 */
export function findHtif(kernel: Uint8Array | undefined, ramBytes: Bytes): HtifPlace | undefined {
  if (kernel === undefined || !isElf(kernel)) return undefined;
  const symbols = findElfSymbols(kernel, ["tohost", "fromhost"]);
  const { toPhysical } = parseElf(kernel);
  const wordAt = (name: string): GuestPhysicalAddress | undefined => {
    const symbol = symbols.get(name);
    if (symbol === undefined) return undefined;
    const address = toPhysical(symbol);
    const isInRam = address >= ramBase && address + wordBytes <= ramBase + ramBytes;
    return isInRam && address % wordBytes === 0 ? address : undefined;
  };
  const tohost = wordAt("tohost");
  const fromhost = wordAt("fromhost");
  if (tohost === undefined) return undefined;
  return { tohost, ...(fromhost === undefined ? {} : { fromhost }) };
}

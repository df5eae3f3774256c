import { pageBytes } from "../../workers/vmm/memory/layout.ts";
import { tlbEntries } from "../../workers/vmm/mmu/tlb.ts";

/**
 * The nearest page above that takes the same entry of a TLB's table: its number is folded at
 * `tlbEntries`, so a change above is made up for by one below.
 *
 * @param address of a page with an even number
 */
export function pageOfSamePlace(address: bigint): bigint {
  return address + BigInt((tlbEntries + 1) * pageBytes);
}

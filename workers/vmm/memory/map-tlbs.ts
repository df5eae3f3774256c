import type { MachineAddress } from "../base/units.ts";

/**
 * What a guest map asks of the TLBs that cache it. Read entries of shared pages leave a hint beside
 * the map: bit n says that an entry with an index of n modulo `hintBits` may lead to the page.
 */
export interface MapTlbs {
  /** Drops all that is cached, as a guest's own flush would. */
  flush(): void;
  /** Withdraws the write entries of pages that are not writable; see `mmu/tlb.ts`. */
  withdrawWrites(): void;
  /** Withdraws all entries for data. */
  withdrawData(): void;
  /** Slots that fetch entries lead to; one may come more than once. */
  fetchSlots(): Iterable<MachineAddress>;
  /** Notes the hints of pages that have become shared. */
  noteShared(): void;
  /** A page that was shared has another frame: the read entries that lead to it follow. */
  redirectReads(slot: MachineAddress, hints: number): void;
}

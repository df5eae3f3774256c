/**
 * How a VM's guest map lies in machine memory, where generated code reads it. Each page has a slot,
 * in the order of the pages; behind the last page of RAM comes the one of the ROM.
 *
 *     0  u32  entry: machine address of the page's frame, with the flags below; 0: never touched
 *     4  u32  machine address of the page's pre-decoded records, or 0
 *
 * Behind the slots, 32 bits for each page that is shared: see `MapTlbs`. All of it is address space
 * only until it is written.
 */

import type { Bytes, MachineAddress, Pages } from "../base/units.ts";
import { type I32, i32 } from "../base/wasm/value.ts";

/** The entry leads to a frame: the shared zero frame where the page was read but never written. */
export const entryPresent = 1;
/** The frame is this page's alone, and every dirty log knows of the page: a store needs no help. */
export const entryWritable = 2;
/** Others may have the frame, too: the page's next store makes a copy. */
export const entryShared = 4;
/** The content is elsewhere: no frame, and whoever touches the page waits for it. */
export const entryAbsent = 8;
/** Every access log knows of the page: an access needs no help. */
export const entryAccessed = 16;

/** Of a frame that is this page's alone, of which all logs know. */
export const privateEntry = entryPresent + entryWritable + entryAccessed;

export const slotBytes = 8;
export const slotBytesLog2 = 3;
export const recordsInSlot = 4;
const hintBytes = 4;

/** Bits of a page's hints; an entry's is the number of its TLB index modulo these. */
export const hintBits = 32;

/** @param pages of RAM */
export function guestMapBytes(pages: Pages): Bytes {
  return (pages + 1) * (slotBytes + hintBytes);
}

export function slotOf(map: MachineAddress, page: number): MachineAddress {
  return map + page * slotBytes;
}

export function pageOfSlot(map: MachineAddress, slot: MachineAddress): number {
  return (slot - map) / slotBytes;
}

export function hintsOf(map: MachineAddress, pages: Pages, page: number): MachineAddress {
  return map + (pages + 1) * slotBytes + page * hintBytes;
}

/** `hintsOf` in generated code, by the page's slot. */
export function hintsAddress(map: I32, pages: I32, slot: I32): I32 {
  return slot.sub(map).shrU(1).add(pages.add(1).shl(slotBytesLog2)).add(map);
}

export const mapSlot = {
  entry: (slot: I32): I32 => i32.load(slot),
  records: (slot: I32): I32 => i32.load(slot, recordsInSlot),
};

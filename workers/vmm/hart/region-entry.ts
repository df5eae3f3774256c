/**
 * Entries: records at which the interpreter may go over to a translated region. An entry is
 *
 *     0  u16  operation of the record that stands there otherwise
 *     2  u16  which of the region's entries it is
 *     4  u16  the region's number, which is its function's index in the function table
 *     6  u16  how often the region was left for `step` at this very instruction
 *     8  u32  how often execution came here straight from another region
 *    12  i32  offset of the record's instruction from where the region's offsets count
 *
 * A page's marks (`codeMarksOffset`) hold, for a record that is an entry, the entry's number.
 */

import type { FunctionBuilder } from "../base/wasm/function-builder.ts";
import { type I32, i32 } from "../base/wasm/value.ts";
import { codeMarksOffset, entryBytes, entryTableBase } from "../memory/layout.ts";

const entryOffsets = {
  ...{ operation: 0, state: 2, region: 4, exits: 6, arrivals: 8, place: 12 },
} as const;

/** What a region's function, (hart, address of the entry), gives back. */
export const regionResults = {
  /** `pc` leads out of the region, or the budget is too small for what comes next. */
  goOn: 0,
  /** The instruction at `pc` is one for `step`. */
  step: 1,
  /** The translation context, which has changed, is to be chosen before it goes on at `pc`. */
  select: 2,
} as const;

/** Stands for a region's number where there is none. */
export const noRegion = -1;

/** With a budget of this many steps every region makes progress: no block is longer. */
export const smallestRegionBudget = 128;

/** Address of the mark of a record. */
export function markOf(page: I32, record: I32): I32 {
  return page.add(record.sub(page).shrU(2)).add(codeMarksOffset);
}

/** Address of the entry that stands in place of a record. */
export function entryOf(page: I32, record: I32): I32 {
  return i32.load16U(markOf(page, record)).mul(entryBytes).add(entryTableBase);
}

export const regionEntry = {
  operation: (entry: I32): I32 => i32.load16U(entry, entryOffsets.operation),
  state: (entry: I32): I32 => i32.load16U(entry, entryOffsets.state),
  region: (entry: I32): I32 => i32.load16U(entry, entryOffsets.region),
  arrivals: (entry: I32): I32 => i32.load(entry, entryOffsets.arrivals),
  place: (entry: I32): I32 => i32.load(entry, entryOffsets.place),
};

/** Address of the number of exits at an entry's instruction. */
export function exitsOf(entry: I32): I32 {
  return entry.add(entryOffsets.exits);
}

/** Counts an arrival from another region. @returns how many there were */
export function countArrival(f: FunctionBuilder, entry: I32): I32 {
  const arrivals = f.let(regionEntry.arrivals(entry).add(1));
  f.store(entry, entryOffsets.arrivals, arrivals);
  return arrivals;
}

export interface RegionEntry {
  readonly operation: number;
  readonly state: number;
  readonly region: number;
  readonly place: number;
  /** What arrivals are counted from, modulo 2^32. */
  readonly arrivals: number;
}

export function writeEntry(memory: DataView, number: number, entry: RegionEntry): void {
  const at = entryTableBase + number * entryBytes;
  memory.setUint16(at + entryOffsets.operation, entry.operation, true);
  memory.setUint16(at + entryOffsets.state, entry.state, true);
  memory.setUint16(at + entryOffsets.region, entry.region, true);
  memory.setUint16(at + entryOffsets.exits, 0, true);
  memory.setInt32(at + entryOffsets.arrivals, entry.arrivals, true);
  memory.setInt32(at + entryOffsets.place, entry.place, true);
}

/** Has an entry count arrivals from another number on. */
export function writeArrivals(memory: DataView, number: number, arrivals: number): void {
  memory.setInt32(entryTableBase + number * entryBytes + entryOffsets.arrivals, arrivals, true);
}

/** The region of an entry. */
export function readEntryRegion(memory: DataView, number: number): number {
  return memory.getUint16(entryTableBase + number * entryBytes + entryOffsets.region, true);
}

/** The operation of the record that stands where an entry is. */
export function readEntryOperation(memory: DataView, number: number): number {
  return memory.getUint16(entryTableBase + number * entryBytes + entryOffsets.operation, true);
}

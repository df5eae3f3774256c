/**
 * What the monitor does to TLB entries behind a hart's back, so that no other entry is dropped and
 * nothing is counted that an undisturbed run does not count.
 *
 * An entry is *withdrawn* by a tag that no access matches: the page address with bit 0 set and no
 * generation, which goes to where the addend was. The slow path finds it by its slot's address and
 * puts it back, without a walk: what the page tables say now may be another thing.
 */
import type { MachineAddress } from "../base/units.ts";
import { hartFields, hartStateBytes } from "../isa/hart-layout.ts";
import {
  entryShared,
  entryWritable,
  hintBits,
  hintsOf,
  pageOfSlot,
  recordsInSlot,
} from "../memory/guest-map.ts";
import { pageBytes } from "../memory/layout.ts";
import type { MachineMemory } from "../memory/machine-memory.ts";
import type { MapTlbs } from "../memory/map-tlbs.ts";
import { tlbEntries, tlbEntryBytes, withdrawnTag, writeTableOffset } from "./tlb.ts";
import { type TlbTable, tlbTables } from "./tlb-tables.ts";

const entryWords = tlbEntryBytes / 4;
const inPage = pageBytes - 1;
/** Words of an entry, which begins with the low half of its tag. */
const addendWord = 2;
const slotWord = 3;

interface Table {
  /** From the hart's address to the first entry. */
  readonly offset: number;
  /** From the hart's address to the generation of the table's group. */
  readonly generation: number;
}

const tables = (access: TlbTable["access"]): readonly Table[] =>
  tlbTables
    .filter((table) => table.access === access)
    .map(({ offset, group }) => ({
      offset: hartStateBytes + offset,
      generation: hartFields.generationOf0.offset + 8 * group,
    }));

/** Of all data contexts; each has its write table behind it. */
const readTables = tables("load");
const fetchTables = tables("fetch");

/**
 * For a guest map: what it asks of its harts' TLBs.
 *
 * @param harts their addresses
 * @param flush drops all that they have cached
 */
export function mapTlbs(
  memory: MachineMemory,
  harts: () => readonly MachineAddress[],
  flush: () => void,
): MapTlbs {
  const each = (repair: (memory: MachineMemory, hart: MachineAddress) => void) => () => {
    for (const hart of harts()) repair(memory, hart);
  };
  return {
    flush,
    withdrawWrites: each(withdrawWrites),
    withdrawData: each(withdrawData),
    fetchSlots: () => harts().flatMap((hart) => fetchSlots(memory, hart)),
    noteShared: each(noteShared),
    redirectReads: (slot, hints) => {
      for (const hart of harts()) redirectReads(memory, hart, slot, hints);
    },
  };
}

/** Withdraws the write entries that lead to pages that are not writable. */
function withdrawWrites(memory: MachineMemory, hart: MachineAddress): void {
  const { words } = memory;
  for (const table of readTables) {
    const generation = words[(hart + table.generation) >>> 2] as number;
    const start = (hart + table.offset + writeTableOffset) >>> 2;
    for (let at = start; at < start + tlbEntries * entryWords; at += entryWords) {
      const tag = words[at] as number;
      if ((tag & inPage) !== generation) continue;
      const slot = words[at + slotWord] as number;
      if ((words[slot >>> 2] as number) & entryWritable) continue;
      words[at] = (tag & ~inPage) | withdrawnTag;
      words[at + addendWord] = generation;
    }
  }
}

/** Withdraws all entries for loads and stores. */
export function withdrawData(memory: MachineMemory, hart: MachineAddress): void {
  const { words } = memory;
  const withdraw = (table: Table, from: number) => {
    const generation = words[(hart + table.generation) >>> 2] as number;
    const start = (hart + table.offset + from) >>> 2;
    for (let at = start; at < start + tlbEntries * entryWords; at += entryWords) {
      const tag = words[at] as number;
      if ((tag & inPage) !== generation) continue;
      words[at] = (tag & ~inPage) | withdrawnTag;
      words[at + addendWord] = generation;
    }
  };
  for (const table of readTables) {
    withdraw(table, 0);
    withdraw(table, writeTableOffset);
  }
}

function fetchSlots(memory: MachineMemory, hart: MachineAddress): MachineAddress[] {
  const { words } = memory;
  const slots: MachineAddress[] = [];
  for (const table of fetchTables) {
    const generation = words[(hart + table.generation) >>> 2] as number;
    const start = (hart + table.offset) >>> 2;
    for (let at = start; at < start + tlbEntries * entryWords; at += entryWords) {
      if (((words[at] as number) & inPage) !== generation) continue;
      slots.push((words[at + slotWord] as number) >>> 0);
    }
  }
  return slots;
}

/** Notes the hints of the shared pages that read entries lead to. */
function noteShared(memory: MachineMemory, hart: MachineAddress): void {
  const { words } = memory;
  const map = memory.word(hart + hartFields.guestMap.offset);
  const pages = memory.word(hart + hartFields.ramPages.offset);
  for (const table of readTables) {
    const generation = words[(hart + table.generation) >>> 2] as number;
    const first = (hart + table.offset) >>> 2;
    for (let i = 0; i < tlbEntries; i++) {
      const at = first + i * entryWords;
      if (((words[at] as number) & inPage) !== generation) continue;
      const slot = (words[at + slotWord] as number) >>> 0;
      if (!((words[slot >>> 2] as number) & entryShared)) continue;
      const hints = hintsOf(map, pages, pageOfSlot(map, slot)) >>> 2;
      words[hints] = (words[hints] as number) | (1 << (i % hintBits));
    }
  }
}

/** Leads the read entries of a page to the frame that it has now. */
function redirectReads(
  memory: MachineMemory,
  hart: MachineAddress,
  slot: MachineAddress,
  hints: number,
): void {
  const { words } = memory;
  const frame = (words[slot >>> 2] as number) & ~inPage;
  for (let left = hints; left !== 0; left &= left - 1) {
    const residue = 31 - Math.clz32(left & -left);
    for (const table of readTables) {
      const generation = words[(hart + table.generation) >>> 2] as number;
      const first = (hart + table.offset) >>> 2;
      const end = first + tlbEntries * entryWords;
      for (let at = first + residue * entryWords; at < end; at += hintBits * entryWords) {
        if (words[at + slotWord] !== (slot | 0)) continue;
        const tag = words[at] as number;
        if ((tag & inPage) === generation) words[at + addendWord] = frame - (tag & ~inPage);
      }
    }
  }
}

/** Leads fetch entries, which are never withdrawn, to a copy of a page's records. */
export function redirectFetches(
  memory: MachineMemory,
  hart: MachineAddress,
  slot: MachineAddress,
): void {
  const { words } = memory;
  const records = words[(slot + recordsInSlot) >>> 2] as number;
  for (const { offset } of fetchTables) {
    const start = (hart + offset) >>> 2;
    for (let at = start; at < start + tlbEntries * entryWords; at += entryWords) {
      if (words[at + slotWord] !== (slot | 0)) continue;
      words[at + addendWord] = records;
    }
  }
  const uncached = (hart + hartFields.uncachedEntry.offset) >>> 2;
  if (words[uncached + slotWord] === (slot | 0)) words[uncached + addendWord] = records;
}

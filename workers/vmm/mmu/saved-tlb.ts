/**
 * The software TLB of a hart as named data: which virtual page each entry translates, to which page
 * of the machine. Where that page lies and where its records are is the worker's own business, so a
 * restored TLB hits and misses as the saved one, at other addresses. Entries that are withdrawn are
 * saved as if they were not, and restored ones for data are withdrawn: see `tlb-repair.ts`.
 *
 * A table is 12 bytes for each entry, in the order of slots: the virtual page's address (64 bits), then
 * the page's number (32 bits), both little-endian. Generations are not saved: only what the present
 * one holds counts, and a restored hart begins with the first.
 */
import { joinBytes } from "../base/join-bytes.ts";
import type { MachineAddress, Pages } from "../base/units.ts";
import { hartStateBytes } from "../isa/hart-layout.ts";
import { entryPresent, recordsInSlot, slotOf } from "../memory/guest-map.ts";
import { pageBytes } from "../memory/layout.ts";
import type { MachineMemory } from "../memory/machine-memory.ts";
import { entryIndexOf, generations, tlbEntries, tlbEntryBytes, withdrawnTag } from "./tlb.ts";
import { type TlbTable, tlbTables } from "./tlb-tables.ts";

export type TlbState = Readonly<Record<string, Uint8Array>>;

/** What a TLB is restored for. */
export interface TlbMachine {
  /** Address of its guest map. */
  readonly map: MachineAddress;
  /** Of RAM; the ROM's page is the one behind them. */
  readonly pages: Pages;
  /** A page of which each store is to be seen; 0: none. */
  readonly watchedSlot: MachineAddress;
}

type Access = TlbTable["access"];

const entryStateBytes = 12;
const inPage = pageBytes - 1;

/** The names that a saved TLB may have. */
export const tlbTableNames: readonly string[] = tlbTables.map(({ name }) => name);
export const largestTlbTable = tlbEntries * entryStateBytes;

/**
 * @param hart the hart's address
 * @param generationOf the present generation of a group of tables, below 0 where it is nobody's
 * @param pageOf the number of a page by its slot in the guest map
 */
export function saveTlb(
  memory: MachineMemory,
  hart: MachineAddress,
  generationOf: (group: number) => number,
  pageOf: (slot: MachineAddress) => number,
): TlbState {
  const state: Record<string, Uint8Array> = {};
  const scratch = new DataView(new ArrayBuffer(largestTlbTable));
  const { words } = memory;
  for (const { name, offset, group } of tlbTables) {
    const generation = generationOf(group);
    if (generation < 0) continue;
    const first = (hart + hartStateBytes + offset) >>> 2;
    let used = 0;
    for (let slot = 0; slot < tlbEntries; slot++) {
      const at = first + slot * (tlbEntryBytes >> 2);
      const low = words[at] as number;
      const isWithdrawn = (low & inPage) === withdrawnTag && words[at + 2] === generation;
      if ((low & inPage) !== generation && !isWithdrawn) continue;
      scratch.setInt32(used, low & ~inPage, true);
      scratch.setInt32(used + 4, words[at + 1] as number, true);
      scratch.setUint32(used + 8, pageOf((words[at + 3] as number) >>> 0), true);
      used += entryStateBytes;
    }
    if (used > 0) state[name] = new Uint8Array(scratch.buffer.slice(0, used));
  }
  return state;
}

/** The numbers of the pages that a saved TLB leads to, some of them more than once. */
export function tlbPageNumbers(state: TlbState): number[] {
  const numbers: number[] = [];
  for (const bytes of Object.values(state)) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let at = 8; at + 4 <= bytes.length; at += entryStateBytes) {
      numbers.push(view.getUint32(at, true));
    }
  }
  return numbers;
}

/**
 * A saved TLB whose entries lay at the places of another hash, as one that is restored by this one.
 * Of entries that would take the same place the first stays; a translation that is not there is
 * looked up again.
 *
 * @throws RangeError where a table is no list of entries
 */
export function rehashTlb(state: TlbState): TlbState {
  return Object.fromEntries(
    Object.entries(state).map(([name, bytes]) => {
      if (bytes.length % entryStateBytes !== 0) {
        throw new RangeError(`table ${name} of the TLB has ${bytes.length} bytes`);
      }
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      const places = new Map<number, Uint8Array>();
      for (let at = 0; at < bytes.length; at += entryStateBytes) {
        const slot = entryIndexOf(view.getUint32(at, true), view.getUint32(at + 4, true));
        if (!places.has(slot)) places.set(slot, bytes.subarray(at, at + entryStateBytes));
      }
      const entries = [...places].sort(([a], [b]) => a - b).map(([, entry]) => entry);
      return [name, joinBytes(entries)];
    }),
  );
}

/**
 * Fills the tables of a hart that is new, whose groups are all at their first generation.
 *
 * @throws RangeError for what `saveTlb` cannot have written
 */
export function restoreTlb(
  memory: MachineMemory,
  hart: MachineAddress,
  state: TlbState,
  machine: TlbMachine,
): void {
  for (const [name, bytes] of Object.entries(state)) {
    const table = tlbTables.find((candidate) => candidate.name === name);
    if (table === undefined) throw new RangeError(`a TLB has no table ${name}`);
    const isWhole = bytes.length % entryStateBytes === 0 && bytes.length <= largestTlbTable;
    if (!isWhole) throw new RangeError(`table ${name} of the TLB has ${bytes.length} bytes`);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    let previous = -1;
    for (let at = 0; at < bytes.length; at += entryStateBytes) {
      const low = view.getUint32(at, true);
      const slot = entryIndexOf(low, view.getUint32(at + 4, true));
      const target = targetOf(memory, machine, view.getUint32(at + 8, true), table.access);
      if ((low & inPage) !== 0 || slot <= previous || target === 0) {
        throw new RangeError(`entry ${at / entryStateBytes} of the TLB's table ${name} cannot be`);
      }
      previous = slot;
      const entry = hart + hartStateBytes + table.offset + slot * tlbEntryBytes;
      const { first } = generations;
      const isFetch = table.access === "fetch";
      memory.setWord(entry, low + (isFetch ? first : withdrawnTag));
      memory.setWord(entry + 4, view.getUint32(at + 4, true));
      memory.setWord(entry + 8, isFetch ? memory.word(target + recordsInSlot) : first);
      memory.setWord(entry + 12, target);
    }
  }
}

/**
 * @returns the slot of a page; 0 where an entry for this access would be none that the slow path would
 *   have put there
 */
function targetOf(
  memory: MachineMemory,
  { map, pages, watchedSlot }: TlbMachine,
  page: number,
  access: Access,
): MachineAddress {
  if (page > pages) return 0;
  const slot = slotOf(map, page);
  const entry = memory.word(slot);
  const hasRecords = memory.word(slot + recordsInSlot) !== 0;
  if (entry === 0) return 0;
  if (access === "fetch") return hasRecords ? slot : 0;
  if (access === "load") return slot;
  const isZeros = entry === memory.zeroFrame * pageBytes + entryPresent;
  return page < pages && !isZeros && !hasRecords && slot !== watchedSlot ? slot : 0;
}

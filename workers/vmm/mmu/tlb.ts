/**
 * The software TLB of one hart: direct-mapped tables by translation context and kind of access.
 *
 * A *context* fixes everything besides the address that decides a translation: privilege and, for
 * supervisor data, `SUM`. A change of context changes a table pointer and flushes nothing.
 *
 * Tables come in groups that are flushed together. Each of `spaces` groups holds what user pages
 * can be part of, for one value of `satp`: the contexts "user" and "supervisorSum". ASIDs share the
 * groups by their low bits. The *shared* group holds the other contexts: as long as only global
 * pages were translated there, it outlives changes of `satp`. So a switch between address spaces of
 * which each has its group drops nothing. `hart/context.ts` decides what drops what.
 *
 * A flush is the step to the group's next *generation*, a number in bits 11:3 of every tag; the
 * tables are only cleared when the generations are used up.
 *
 * The place of an entry is a hash of its page's number (`entryAddress`).
 *
 * An entry is 16 bytes: i64 tag (page address and generation; 0 matches nothing), i32 addend, i32
 * address of the page's slot in the guest map.
 * For loads and stores `low32(address) + addend` is the machine address; for fetches the addend is
 * the address of the page's pre-decoded records. A write entry exists only while the page is
 * writable without help: private, known to the dirty logs, and holding no pre-decoded code. What is
 * otherwise there is *withdrawn*, as is any entry of a page whose accesses are looked for
 * (`tlb-repair.ts`). No entry exists for a page that PMP permits in
 * part only: each access to it is checked.
 *
 * The tag compare `(address & (-4096 | width - 1) | generation) == tag` also sends misaligned
 * accesses to the slow path.
 */
import type { FunctionBuilder, Local } from "../base/wasm/function-builder.ts";
import { type I32, type I64, i32, i64 } from "../base/wasm/value.ts";

const entriesLog2 = 12;
export const tlbEntries = 2 ** entriesLog2;
export const tlbEntryBytes = 16;
export const tlbTableBytes = tlbEntries * tlbEntryBytes;

/** Groups of tables for address spaces; a power of two. */
export const tlbSpaces = 4;

/** Two data contexts, of which each has a read table, then a write table; and one for fetches. */
export const tlbSpaceBytes = 5 * tlbTableBytes;
/** Two data contexts and two for fetches. */
export const sharedTlbBytes = 6 * tlbTableBytes;
const sharedOffset = tlbSpaces * tlbSpaceBytes;
export const tlbBytes = sharedOffset + sharedTlbBytes;

/** From the tables of a space to those of a context. */
export const spaceTlbOffsets = {
  user: 0,
  supervisorSum: 2 * tlbTableBytes,
  userFetch: 4 * tlbTableBytes,
} as const;
/** From the hart's tables to those of a context. */
export const sharedTlbOffsets = {
  first: sharedOffset,
  supervisor: sharedOffset,
  machine: sharedOffset + 2 * tlbTableBytes,
  supervisorFetch: sharedOffset + 4 * tlbTableBytes,
  machineFetch: sharedOffset + 5 * tlbTableBytes,
} as const;
/** From a data context's read table to its write table. */
export const writeTableOffset = tlbEntries * tlbEntryBytes;

/**
 * Address of the entry that an address would have in the table at `table`: its page's number, the
 * upper half folded onto the lower. So pages that lie a multiple of the table's reach apart, as
 * those of large arrays do that are walked side by side, do not take one place by turns.
 *
 * @param address used twice
 */
export function entryAddress(table: I32, address: I64): I32 {
  return address
    .xor(address.shrU(entriesLog2))
    .wrap()
    .shrU(12 - 4)
    .and((tlbEntries - 1) << 4)
    .add(table);
}

/** As `entryAddress` finds it: the index of the entry of an address, by the halves of the address. */
export function entryIndexOf(low: number, high: number): number {
  const upper = (low >>> (12 + entriesLog2)) | (high << (20 - entriesLog2));
  return ((low >>> 12) ^ upper) & (tlbEntries - 1);
}

/** The index of the entry of an address modulo what `1 << index` is by, in generated code. */
export function entryIndex(address: I64): I32 {
  return address.xor(address.shrU(entriesLog2)).shrU(12).wrap();
}

/** In place of a generation, in the tag of an entry that was withdrawn. */
export const withdrawnTag = 1;

/** Generations as they stand in a tag: the first, the distance, and the end. */
export const generations = { first: 8, step: 8, end: 4096 } as const;

/** Drops what a group of tables at `first` holds for the page of an address. */
export function dropPage(f: FunctionBuilder, first: I32, address: I64, groupBytes: number): void {
  const entry = f.let(entryAddress(first, address));
  for (let offset = 0; offset < groupBytes; offset += tlbTableBytes) {
    const isOther = i64.load(entry, offset).xor(address).shrU(12).ne(0);
    f.if(isOther.eqz(), () => f.store(entry, offset, i64.const(0)));
  }
}

/** 1 where the entry translates an access of `width` bytes at `address`. */
export function hits(entry: I32, address: I64, width: 1 | 2 | 4 | 8, generation: I64): I32 {
  return i64.load(entry, 0).eq(address.and(-4096 | (width - 1)).or(generation));
}

export function addend(entry: I32): I32 {
  return i32.load(entry, 8);
}

export function fillEntry(
  f: FunctionBuilder,
  entry: Local<"i32">,
  address: I64,
  contents: { addend: I32; slot: I32; generation: I64 },
): void {
  f.store(entry, 0, address.and(-4096).or(contents.generation));
  f.store(entry, 8, contents.addend);
  f.store(entry, 12, contents.slot);
}

/** Withdraws an entry that was just filled. */
export function withdrawEntry(
  f: FunctionBuilder,
  entry: Local<"i32">,
  address: I64,
  generation: I64,
): void {
  f.store(entry, 0, address.and(-4096).or(withdrawnTag));
  f.store(entry, 8, generation.wrap());
}

/** The slot in the guest map of the page that an entry leads to. */
export function entrySlot(entry: I32): I32 {
  return i32.load(entry, 12);
}

/** 1 where the entry would translate an access to the page of `address`, had it not been withdrawn. */
export function isWithdrawn(entry: I32, address: I64, generation: I64): I32 {
  const hasTag = i64.load(entry, 0).eq(address.and(-4096).or(withdrawnTag));
  return hasTag.and(i32.load(entry, 8).eq(generation.wrap()));
}

/**
 * The software TLB of one hart: direct-mapped tables by translation context and kind of access.
 *
 * A *context* fixes everything besides the address that decides a translation: privilege and, for
 * supervisor data, `SUM`. A change of context changes a table pointer and flushes nothing.
 * `satp`, `MXR`, PMP and `sfence.vma` flush; `sfence.vma` of one address drops its page only, unless a
 * superpage may lie there. A flush is the step to the next *generation*, a number in
 * bits 11:3 of every tag; the tables are only cleared when the generations are used up.
 *
 * An entry is 16 bytes: i64 tag (page address and generation; -1 matches nothing), i32 addend,
 * i32 frame address.
 * For loads and stores `low32(address) + addend` is the machine address; for fetches the addend is
 * the address of the page's pre-decoded records. A write entry exists only while the page is
 * writable without help: private, and holding no pre-decoded code. No entry exists for a page that
 * PMP permits in part only: each access to it is checked.
 *
 * The tag compare `(address & (-4096 | width - 1) | generation) == tag` also sends misaligned
 * accesses to the slow path.
 */
import type { FunctionBuilder, Local } from "../base/wasm/function-builder.ts";
import { type I32, type I64, i32, i64 } from "../base/wasm/value.ts";

const entriesLog2 = 11;
export const tlbEntries = 2 ** entriesLog2;
export const tlbEntryBytes = 16;
export const tlbTableBytes = tlbEntries * tlbEntryBytes;

/** Data contexts; each has a read table, then a write table. */
export const dataContexts = { user: 0, supervisor: 1, supervisorSum: 2, machine: 3 } as const;
/** Fetch contexts, after the data contexts. */
export const fetchContexts = { user: 0, supervisor: 1, machine: 2 } as const;

const dataTables = 2 * Object.keys(dataContexts).length;
const fetchTables = Object.keys(fetchContexts).length;
export const tlbBytes = (dataTables + fetchTables) * tlbTableBytes;
export const fetchTlbOffset = dataTables * tlbTableBytes;
/** From a data context's read table to its write table. */
export const writeTableOffset = tlbEntries * tlbEntryBytes;

/** Address of the entry that an address would have in the table at `table`. */
export function entryAddress(table: I32, address: I64): I32 {
  return address
    .wrap()
    .shrU(12 - 4)
    .and((tlbEntries - 1) << 4)
    .add(table);
}

/**
 * Generations as they stand in a tag: the first, the distance, and the end. The last one that fits,
 * 4088, is left out: with it a misaligned access to the last address would match an empty entry.
 */
export const generations = { first: 8, step: 8, end: 4088 } as const;

/** Drops what the TLB tables at `first` hold for the page of an address, whatever its context. */
export function dropPage(f: FunctionBuilder, first: I32, address: I64): void {
  const entry = f.let(entryAddress(first, address));
  for (let table = 0; table < dataTables + fetchTables; table++) {
    f.store(entry, table * tlbTableBytes, i64.const(-1));
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
  contents: { addend: I32; frame: I32; generation: I64 },
): void {
  f.store(entry, 0, address.and(-4096).or(contents.generation));
  f.store(entry, 8, contents.addend);
  f.store(entry, 12, contents.frame);
}

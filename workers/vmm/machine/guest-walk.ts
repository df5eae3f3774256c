/**
 * The page-table walk for a debugger (privileged manual, 4.3.2): like `mmu/walk.ts` it follows the
 * tables of Sv39, Sv48 and Sv57, but sets no bit and asks for no permission.
 */
import type { GuestPhysicalAddress } from "../base/units.ts";
import type { DebugMapping } from "./debug-port.ts";

/** Reads a page-table entry; undefined where there is no memory. */
export type ReadEntry = (address: GuestPhysicalAddress) => bigint | undefined;

const pageShift = 12n;
const entriesPerTable = 512;
const entryBytes = 8;
const pte = { v: 1n, r: 2n, w: 4n, x: 8n } as const;
const numberMask = (1n << 44n) - 1n;
/** Levels of the modes that `satp` can name. */
const levelsOf = new Map([
  [8n, 3],
  [9n, 4],
  [10n, 5],
]);

/** @returns the physical address, or undefined where nothing is mapped */
export function walkGuest(
  satp: bigint,
  address: bigint,
  read: ReadEntry,
): GuestPhysicalAddress | undefined {
  const levels = levelsOf.get(satp >> 60n);
  if (levels === undefined) return Number(address);
  const bits = levels * 9 + 12;
  if (BigInt.asUintN(64, BigInt.asIntN(bits, address)) !== address) return undefined;
  let table = tableAddress(satp);
  for (let level = levels - 1; level >= 0; level--) {
    const shift = pageShift + 9n * BigInt(level);
    const entry = read(table + Number((address >> shift) & 511n) * entryBytes);
    if (entry === undefined || isInvalid(entry)) return undefined;
    if (!isLeaf(entry)) {
      table = nextTable(entry);
      continue;
    }
    const base = ((entry >> 10n) & numberMask) << pageShift;
    return Number(base | (address & ((1n << shift) - 1n)));
  }
  return undefined;
}

/**
 * A guest's tables may lead to themselves: then they map more than anybody can walk through. So many
 * entries are 4 GiB of pages of 4 KiB.
 */
const mostEntries = 2048 * entriesPerTable;

/**
 * Every leaf of the page table, neighbours with equal flags and adjoining memory as one; of a table that
 * takes more than `mostEntries` entries, the first ones.
 */
export function* listMappings(satp: bigint, read: ReadEntry): Generator<DebugMapping> {
  const levels = levelsOf.get(satp >> 60n);
  if (levels === undefined) return;
  let open: DebugMapping | undefined;
  let left = mostEntries;
  const readBounded: ReadEntry = (address) => (left-- > 0 ? read(address) : undefined);
  for (const leaf of leaves(tableAddress(satp), levels - 1, 0n, levels * 9 + 12, readBounded)) {
    const adjoins =
      open !== undefined &&
      open.flags === leaf.flags &&
      open.address + BigInt(open.bytes) === leaf.address &&
      open.physical + open.bytes === leaf.physical;
    if (open !== undefined && adjoins) {
      open = { ...open, bytes: open.bytes + leaf.bytes };
      continue;
    }
    if (open !== undefined) yield open;
    open = leaf;
  }
  if (open !== undefined) yield open;
}

function* leaves(
  table: GuestPhysicalAddress,
  level: number,
  prefix: bigint,
  addressBits: number,
  read: ReadEntry,
): Generator<DebugMapping> {
  const shift = pageShift + 9n * BigInt(level);
  for (let index = 0; index < entriesPerTable; index++) {
    const entry = read(table + index * entryBytes);
    if (entry === undefined || isInvalid(entry)) continue;
    const address = prefix | (BigInt(index) << shift);
    if (isLeaf(entry)) {
      yield {
        address: BigInt.asUintN(64, BigInt.asIntN(addressBits, address)),
        physical: Number(((entry >> 10n) & numberMask) << pageShift),
        bytes: 2 ** Number(shift),
        flags: Number(entry & 0xffn),
      };
    } else if (level > 0) {
      yield* leaves(nextTable(entry), level - 1, address, addressBits, read);
    }
  }
}

function tableAddress(satp: bigint): GuestPhysicalAddress {
  return Number((satp & numberMask) << pageShift);
}

function nextTable(entry: bigint): GuestPhysicalAddress {
  return Number(((entry >> 10n) & numberMask) << pageShift);
}

function isInvalid(entry: bigint): boolean {
  return (entry & pte.v) === 0n || (entry & (pte.r | pte.w)) === pte.w;
}

function isLeaf(entry: bigint): boolean {
  return (entry & (pte.r | pte.x)) !== 0n;
}

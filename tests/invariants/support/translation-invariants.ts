/**
 * What must hold between any two slices of any run, so that no engine ever executes anything but the
 * instructions that the guest's memory holds where its page tables say:
 *
 *     a record is what its frame's bytes decode to, or an entry that knows that
 *     a code page belongs to one page of a VM, or to those of its clones that have the same code;
 *     an entry belongs to one record, and to a live region of that page, which no other one enters at
 *     the same place
 *     a live region's pages all have their records, and a number that is not used has no links
 *     a TLB entry leads where the page tables say, and to the frame that its page has now; a write
 *     entry to a page that is private, known to all dirty logs, and without records; a read entry of
 *     a shared page has left its hint; a withdrawn entry can be put back, so its page is the right one
 */

import { specialOperations, writeRecord } from "../../../workers/vmm/interpreter/record.ts";
import { decode, isFullLength } from "../../../workers/vmm/isa/decoder.ts";
import { hartFields } from "../../../workers/vmm/isa/hart-layout.ts";
import {
  entryAbsent,
  entryShared,
  entryWritable,
  hintBits,
  hintsOf,
  pageOfSlot,
  recordsInSlot,
  slotOf,
} from "../../../workers/vmm/memory/guest-map.ts";
import {
  codeMarksOffset,
  codePageStride,
  codePoolBase,
  entryBytes,
  entryTableBase,
  mostRegionPages,
  mostRegions,
  pageBytes,
  recordBytes,
  regionLinkBytes,
  regionLinksBase,
} from "../../../workers/vmm/memory/layout.ts";
import { liveTlbEntries } from "./live-tlb-entries.ts";
import type { ObservedTranslation } from "./observed-translation.ts";
import { translationFaults as fault } from "./translation-faults.ts";

const ramBase = 0x8000_0000n;
const leafBits = 0xen;

type Observed = Pick<ObservedTranslation, "memory" | "live" | "harts">;

/**
 * @param isFenced whether each hart has fenced what was changed in its page tables: until then it may
 *   go by what they said before
 * @returns what is wrong, as sentences; nothing where all holds
 */
export function brokenInvariants(observed: Observed, isFenced = true): string[] {
  const pages = codePages(observed);
  return [
    ...codeCacheFaults(observed, pages),
    ...regionFaults(observed, new Set(pages.keys())),
    ...[...observed.harts].flatMap((hart) => tlbFaults(observed.memory, hart, isFenced)),
  ];
}

/** Slots of guest maps by the addresses of their records. */
function codePages({ memory, harts }: Observed): Map<number, number[]> {
  const pages = new Map<number, number[]>();
  const field = (hart: number, name: "guestMap" | "ramPages") =>
    memory.getUint32(hart + hartFields[name].offset, true);
  const maps = new Map(
    [...harts].map((hart) => [field(hart, "guestMap"), field(hart, "ramPages")]),
  );
  for (const [map, ramPages] of maps) {
    // Behind the pages of RAM comes that of the ROM.
    for (let page = 0; page <= ramPages; page++) {
      const slot = slotOf(map, page);
      const records = memory.getUint32(slot + recordsInSlot, true);
      if (records !== 0) pages.set(records, [...(pages.get(records) ?? []), slot]);
    }
  }
  return pages;
}

function codeCacheFaults(
  { memory, live }: Observed,
  pages: ReadonlyMap<number, readonly number[]>,
): string[] {
  const faults: string[] = [];
  const entries = new Set<number>();
  const entered = new Set<string>();
  const scratch = new DataView(new ArrayBuffer(recordBytes));
  for (const [records, [slot = 0, ...others]] of pages) {
    const name = `records at ${records.toString(16)}`;
    const frame = Math.floor(memory.getUint32(slot, true) / pageBytes);
    if ((records - codePoolBase) % codePageStride !== 0)
      faults.push(`${name} ${fault.recordsOutOfPool}`);
    if (others.some((other) => !isCodeEqual(memory, records, slot, other))) {
      faults.push(`${name} ${fault.recordsOfOthers}`);
    }
    for (let offset = 0; offset < pageBytes; offset += 2) {
      const at = records + (offset * recordBytes) / 2;
      const operation = memory.getUint16(at, true);
      const { undecoded, straddling, entry, known: notYet } = specialOperations;
      if (operation === undecoded || operation === notYet) continue;
      const place = `offset ${offset.toString(16)} of frame ${frame.toString(16)}`;
      const low = memory.getUint16(frame * pageBytes + offset, true);
      const isFull = isFullLength(low);
      const straddles = isFull && offset === pageBytes - 2;
      if (straddles !== (operation === straddling)) faults.push(`${place} ${fault.straddling}`);
      if (straddles) continue;
      const bits = isFull ? memory.getUint32(frame * pageBytes + offset, true) : low;
      writeRecord(scratch, 0, decode(bits));
      const own = scratch.getUint16(0, true);
      let known = operation;
      if (operation === entry) {
        const number = memory.getUint16(records + codeMarksOffset + offset, true);
        const described = entryTableBase + number * entryBytes;
        known = memory.getUint16(described, true);
        const region = memory.getUint16(described + 4, true);
        if (number === 0 || entries.has(number)) faults.push(`${place} ${fault.sharedEntry}`);
        entries.add(number);
        if (!live.has(region)) faults.push(`${place} ${fault.regionGone}`);
        else if (!linksOf(memory, region).includes(records)) {
          faults.push(`${place} ${fault.regionElsewhere}`);
        }
        const state = `${region} ${memory.getUint16(described + 2, true)}`;
        if (entered.has(state)) faults.push(`${place} ${fault.entryTwice}`);
        entered.add(state);
        const inRegion = memory.getInt32(described + 12, true);
        if ((inRegion & (pageBytes - 1)) !== offset)
          faults.push(`${place} ${fault.entryElsewhere}`);
      }
      if (known !== own) faults.push(`${place} ${fault.otherOperation}`);
      // Only what an operation uses of its record is written: compared are those that say it all.
      else if (operation !== entry && own > Math.max(...Object.values(specialOperations))) {
        for (let byte = 2; byte < recordBytes; byte += 2) {
          const written = scratch.getUint16(byte, true);
          if (memory.getUint16(at + byte, true) !== written) {
            faults.push(`${place} ${fault.otherOperands}`);
          }
        }
      }
    }
  }
  return faults;
}

/** Whether the bytes that records were made of are the same in two pages. */
function isCodeEqual(memory: DataView, records: number, slot: number, other: number): boolean {
  const [frame, others] = [slot, other].map((each) => {
    const entry = memory.getUint32(each, true);
    return entry - (entry % pageBytes);
  }) as [number, number];
  for (let offset = 0; offset < pageBytes; offset += 2) {
    const operation = memory.getUint16(records + (offset * recordBytes) / 2, true);
    if (operation === specialOperations.undecoded) continue;
    const low = memory.getUint16(frame + offset, true);
    if (low !== memory.getUint16(others + offset, true)) return false;
    if (!isFullLength(low) || offset === pageBytes - 2) continue;
    if (memory.getUint16(frame + offset + 2, true) !== memory.getUint16(others + offset + 2, true))
      return false;
  }
  return true;
}

function linksOf(memory: DataView, region: number): number[] {
  return Array.from({ length: mostRegionPages }, (_, i) =>
    memory.getUint32(regionLinksBase + region * regionLinkBytes + 4 * i, true),
  ).filter((records) => records !== 0);
}

function regionFaults({ memory, live }: Observed, pages: ReadonlySet<number>): string[] {
  const faults: string[] = [];
  const highest = Math.max(0, ...live);
  for (let region = 0; region < Math.min(highest + 100, mostRegions); region++) {
    const links = linksOf(memory, region);
    if (live.has(region) && links.length === 0) faults.push(`region ${region} ${fault.noLinks}`);
    if (!live.has(region) && links.length > 0) faults.push(`region ${region} ${fault.linksLeft}`);
    if (!links.every((records) => pages.has(records))) {
      faults.push(`region ${region} ${fault.linkDropped}`);
    }
  }
  return faults;
}

function tlbFaults(memory: DataView, hart: number, isFenced: boolean): string[] {
  const faults: string[] = [];
  for (const entry of liveTlbEntries(memory, hart)) {
    const { index, kind, satp, isWithdrawn, address, addend, slot } = entry;
    const own = memory.getUint32(slot, true);
    const frame = own - (own % pageBytes);
    const name = `${isWithdrawn ? "withdrawn " : ""}${kind} entry of ${address.toString(16)}`;
    const physical = satp === undefined ? address : translate(memory, hart, satp, address);
    // A page table that is not here cannot be asked.
    if (physical === "absent") continue;
    // Pages of a ROM have frames of their own.
    if (physical !== undefined && physical < ramBase) continue;
    const isThere = physical !== undefined && mapSlot(memory, hart, physical) === slot;
    if (!isThere && isFenced) {
      faults.push(`${name} ${fault.otherPage}`);
      continue;
    }
    if (isWithdrawn) continue;
    const records = memory.getUint32(slot + recordsInSlot, true);
    if (kind === "fetch") {
      if (addend !== records) faults.push(`${name} ${fault.otherRecords}`);
      continue;
    }
    const machine = (Number(address & 0xffff_ffffn) + addend) >>> 0;
    if (machine !== frame) faults.push(`${name} ${fault.otherFrame}`);
    if (kind === "write" && records !== 0) faults.push(`${name} ${fault.writesCode}`);
    if (kind === "write" && !(own & entryWritable)) faults.push(`${name} ${fault.writesShared}`);
    if (kind === "read" && own & entryShared && !hasHint(memory, hart, slot, index)) {
      faults.push(`${name} ${fault.noHint}`);
    }
    if (own & entryWritable && own & entryShared) {
      faults.push(`${name} ${fault.sharedAndWritable}`);
    }
  }
  return faults;
}

/** Whether whoever copies a shared page will look at the TLB entries with an index. */
function hasHint(memory: DataView, hart: number, slot: number, index: number): boolean {
  const map = memory.getUint32(hart + hartFields.guestMap.offset, true);
  const pages = memory.getUint32(hart + hartFields.ramPages.offset, true);
  const hints = memory.getUint32(hintsOf(map, pages, pageOfSlot(map, slot)), true);
  return (hints & (1 << (index % hintBits))) !== 0;
}

/** The slot in the guest map of a page of RAM. */
function mapSlot(memory: DataView, hart: number, physical: bigint): number | undefined {
  const page = Number((physical - ramBase) >> 12n);
  const map = memory.getUint32(hart + hartFields.guestMap.offset, true);
  const pages = memory.getUint32(hart + hartFields.ramPages.offset, true);
  return page >= 0 && page < pages ? slotOf(map, page) : undefined;
}

/** A walk of Sv39 (privileged manual, 10.4) by a guest without faults; undefined where one is. */
function translate(
  memory: DataView,
  hart: number,
  satp: bigint,
  address: bigint,
): bigint | "absent" | undefined {
  if (satp >> 60n === 0n) return address;
  let table = (satp & 0xfff_ffff_ffffn) << 12n;
  for (let level = 2n; level >= 0n; level--) {
    const index = (address >> (12n + 9n * level)) & 511n;
    const slot = mapSlot(memory, hart, table);
    if (slot === undefined) return undefined;
    const entry = memory.getUint32(slot, true);
    if (entry & entryAbsent) return "absent";
    const frame = entry - (entry % pageBytes);
    const found = memory.getBigUint64(frame + Number(index) * 8, true);
    if ((found & 1n) === 0n) return undefined;
    const next = ((found >> 10n) & 0xfff_ffff_ffffn) << 12n;
    const inside = (1n << (12n + 9n * level)) - 1n;
    if ((found & leafBits) !== 0n) return (next & ~inside) | (address & inside & ~0xfffn);
    table = next;
  }
  return undefined;
}

/**
 * The pool of pre-decoded code pages in machine memory: one for each page that a VM has executed,
 * known by the page's slot in the VM's guest map.
 *
 * A VM is promised its share of the pool when it is made, and one that needs more drops its own
 * oldest page: what a VM keeps is a function of what it executed, so no VM's exit counts depend on
 * its neighbours. A page is dropped, too, when its code changes or its frame goes.
 *
 * Clones begin with the code pages of their origin (`adopt`). Such a page is copied before one of
 * them decodes anything more; until then its regions are everybody's.
 *
 *     const share = code.promise(pages);
 *     code.allocate(slot, share);         // the owner's TLBs must be flushed
 *     code.giveBack(share);
 */
import { Failure } from "../base/failure.ts";
import type { Bytes, MachineAddress, Pages } from "../base/units.ts";
import { readEntryOperation } from "../hart/region-entry.ts";
import { isFullLength } from "../isa/decoder.ts";
import { clear } from "../memory/clear.ts";
import { recordsInSlot } from "../memory/guest-map.ts";
import {
  codePageBytes,
  codePageStride,
  codePoolBase,
  pageBytes,
  recordBytes,
} from "../memory/layout.ts";
import type { MachineMemory } from "../memory/machine-memory.ts";
import { EntryRecords } from "./entry-records.ts";
import { fadeMarks } from "./fade-marks.ts";
import { specialOperations } from "./record.ts";
import { RecordCache } from "./record-cache.ts";

/** Decoding runs ahead of execution at most this far: a jump may make the rest data. */
const longestRun = 32;
const granuleBytes = 64;
const granulesPerPage = pageBytes / granuleBytes;
/** A bit for each granule of a page. */
const granulesBytes = granulesPerPage / 8;
/** A bit for each halfword of a page. */
const decodedBytes = pageBytes / 16;
export const savedCodePageBytes = { pages: 4, decoded: decodedBytes, granules: granulesBytes };

/** What a VM has of the pool; only the pool changes it. */
export interface CodeShare {
  readonly most: Pages;
  /** The numbers of its code pages by the slots of the guest's pages, the oldest first. */
  readonly pages: Map<MachineAddress, number>;
  /** Offsets in a page, whatever page, at which its debugger has a breakpoint. */
  breakpoints: ReadonlySet<number>;
  /** The record that is executed without its mark. */
  passed?: MachineAddress | undefined;
}

/**
 * What of the code pages of a VM decides later exits: the rest follows from the guest's pages. One page
 * behind the other, the oldest first.
 */
export interface SavedCode {
  /** Their numbers, four bytes each, little-endian. */
  readonly pages: Uint8Array;
  /** 256 bytes each, a bit for each halfword: whether an instruction that begins there was decoded. */
  readonly decoded: Uint8Array;
  /** 8 bytes each, a bit for each 64 bytes: whether a store to them drops the page. */
  readonly granules: Uint8Array;
}

export const noCode: SavedCode = {
  pages: new Uint8Array(),
  decoded: new Uint8Array(),
  granules: new Uint8Array(),
};

export class CodeCache {
  /** What the translator reads and changes of the records. */
  readonly entries: EntryRecords;
  readonly #memory: MachineMemory;
  readonly #view: DataView;
  readonly #records: RecordCache;
  /** For each code page, which 64-byte granules of the guest's page hold decoded instructions. */
  readonly #granules: Uint8Array;
  /** For each code page, the halfwords with records: what saves the look at each. */
  readonly #decoded: Uint8Array;
  #used: Pages = 0;
  readonly #onPageDropped: (records: MachineAddress) => void;

  /** @param onPageDropped the records of a page are gone, or not to be entered by regions any more */
  constructor(memory: MachineMemory, onPageDropped: (records: MachineAddress) => void) {
    this.#memory = memory;
    this.#view = new DataView(memory.wasm.buffer);
    this.#records = new RecordCache(this.#view);
    this.entries = new EntryRecords(this.#view);
    this.#granules = new Uint8Array(memory.codePages.size * granulesBytes);
    this.#decoded = new Uint8Array(memory.codePages.size * decodedBytes);
    this.#onPageDropped = onPageDropped;
  }

  /** Pages in use by VMs of this thread. */
  get used(): Pages {
    return this.#used;
  }

  /**
   * A share of the pool for one VM.
   *
   * @throws Failure `machine-memory-code-full`
   */
  promise(most: Pages): CodeShare {
    if (!this.#memory.codePages.promise(most)) {
      throw new Failure(
        "machine-memory-code-full",
        "The machine memory has no room for the decoded code of one more VM.",
        "Run fewer VMs in this worker, or give it a larger machine memory.",
      );
    }
    return { most, pages: new Map(), breakpoints: new Set() };
  }

  /** Drops all pages of a VM, which is over; its guest map is still there. */
  giveBack(share: CodeShare): void {
    for (const slot of [...share.pages.keys()]) this.drop(slot, share);
    this.#memory.codePages.takeBack(share.most);
  }

  /**
   * Gives a VM that has no code pages those of its origin, in their order.
   *
   * @param distance from a slot of the origin's guest map to the clone's
   */
  adopt(origin: CodeShare, share: CodeShare, distance: Bytes): void {
    for (const [slot, page] of origin.pages) {
      this.#memory.codePages.retain(page);
      share.pages.set(slot + distance, page);
      this.#memory.setWord(slot + distance + recordsInSlot, recordsOf(page));
    }
  }

  /**
   * Records for a page that has none. Where the share is used up its oldest page is dropped: no TLB
   * of its VM may lead to records any more.
   */
  allocate(slot: MachineAddress, share: CodeShare): MachineAddress {
    if (share.pages.size === share.most) {
      const [oldest] = share.pages.keys();
      this.drop(oldest as MachineAddress, share);
    }
    const page = this.#take();
    share.pages.set(slot, page);
    this.#memory.setWord(slot + recordsInSlot, recordsOf(page));
    return recordsOf(page);
  }

  #take(): number {
    const page = this.#memory.codePages.allocate();
    if (page === undefined) throw new Error("the pool has less than it has promised");
    this.#granules.fill(0, page * granulesBytes, (page + 1) * granulesBytes);
    this.#decoded.fill(0, page * decodedBytes, (page + 1) * decodedBytes);
    this.#view.setUint16(recordsOf(page) + codePageBytes, specialOperations.nextPage, true);
    this.#used++;
    return page;
  }

  /**
   * Decodes from an undecoded record on, to the first jump, decoded record or the page's end. The
   * page, which is here, may have got records of its own for it.
   *
   * @returns address of the page's records
   */
  decodeFrom(offset: Bytes, slot: MachineAddress, share: CodeShare): MachineAddress {
    const page = this.#ownPage(slot, share);
    this.#decode(page, offset, slot, share);
    return recordsOf(page);
  }

  #decode(page: number, start: Bytes, slot: MachineAddress, share: CodeShare): void {
    const first = recordsOf(page);
    const entry = this.#memory.word(slot);
    const code = entry - (entry % pageBytes);
    const { breakpoints } = share;
    let offset = start;
    // What the saved run had decoded is decoded again without a word, but nothing beyond it.
    const kind = this.#view.getUint16(first + start * (recordBytes / 2), true);
    for (let n = 0; n < longestRun && offset < pageBytes; n++) {
      const address = first + offset * (recordBytes / 2);
      if (this.#view.getUint16(address, true) !== kind) return;
      this.#holdsCode(page, offset);
      const byte = page * decodedBytes + (offset >> 4);
      this.#decoded[byte] = (this.#decoded[byte] as number) | (1 << ((offset >> 1) & 7));
      const isBreakpoint = breakpoints.has(offset) && address !== share.passed;
      const low = this.#view.getUint16(code + offset, true);
      if (isFullLength(low) && offset === pageBytes - 2) {
        const { breakpoint, straddling } = specialOperations;
        this.#view.setUint16(address, isBreakpoint ? breakpoint : straddling, true);
        return;
      }
      const bits = isFullLength(low) ? this.#view.getUint32(code + offset, true) : low;
      const endsRun = this.#records.write(address, bits);
      // The run goes on behind it: a guest without a debugger would have decoded as much at once.
      if (isBreakpoint) this.#view.setUint16(address, specialOperations.breakpoint, true);
      const length = isFullLength(low) ? 4 : 2;
      // The tail of an instruction may reach into the next granule.
      this.#holdsCode(page, offset + length - 1);
      if (endsRun) return;
      offset += length;
    }
  }

  /** A store to the 64 bytes around an offset drops the page. */
  #holdsCode(page: number, offset: Bytes): void {
    const granule = Math.floor(offset / granuleBytes);
    const byte = page * granulesBytes + (granule >> 3);
    this.#granules[byte] = (this.#granules[byte] as number) | (1 << (granule & 7));
  }

  /** Decodes an instruction that straddles two pages into a hart's scratch record. */
  decodeInto(record: MachineAddress, bits: number): void {
    this.#records.write(record, bits);
  }

  /**
   * Marks, in every page of a VM, the records at these offsets: an instruction there asks the monitor
   * before it is executed. A virtual address fixes no page (its mapping may change, or not be there
   * yet), but it fixes the offset; whether it is the address that is meant, the monitor sees.
   *
   * @param onMoved fetches of this page must lead to other records from now on: clones keep the old
   */
  setBreakpoints(
    share: CodeShare,
    offsets: ReadonlySet<number>,
    onMoved: (slot: MachineAddress) => void,
  ): void {
    const changed = [...offsets, ...share.breakpoints];
    share.breakpoints = offsets;
    for (const [slot, shared] of [...share.pages]) {
      const isOwn = this.#memory.codePages.references(shared) === 1;
      if (isOwn && offsets.size > 0) this.#onPageDropped(recordsOf(shared));
      const page = this.#ownPage(slot, share);
      if (page !== shared) onMoved(slot);
      const records = recordsOf(page);
      for (const offset of changed) {
        // What was not decoded is none the wiser; what was is decoded again, and not counted again.
        if (!this.#isDecoded(page, offset)) continue;
        const record = records + offset * (recordBytes / 2);
        this.#view.setUint16(record, specialOperations.known, true);
      }
    }
  }

  /**
   * Has the instruction of one record executed as if it had no mark: by the path that it would take, on
   * which other exits are counted than on the one that looks for breakpoints.
   *
   * @param record undefined: the one before has its mark again
   */
  passBreakpoint(share: CodeShare, record: MachineAddress | undefined): void {
    const changed = record ?? share.passed;
    share.passed = record;
    if (changed === undefined) return;
    const inPage = (changed - codePoolBase) % codePageStride;
    const page = [...share.pages.values()].find((one) => recordsOf(one) === changed - inPage);
    const offset = inPage / (recordBytes / 2);
    // The instruction may have changed its own page.
    if (page === undefined || !this.#isDecoded(page, offset)) return;
    this.#view.setUint16(changed, specialOperations.known, true);
  }

  #isDecoded(page: number, offset: Bytes): boolean {
    const byte = this.#decoded[page * decodedBytes + (offset >> 4)] as number;
    return (byte & (1 << ((offset >> 1) & 7))) !== 0;
  }

  /** @param pageOf the number of a guest's page by its slot */
  save(share: CodeShare, pageOf: (slot: MachineAddress) => number): SavedCode {
    const count = share.pages.size;
    const numbers = new Uint8Array(4 * count);
    const decoded = new Uint8Array(decodedBytes * count);
    const granules = new Uint8Array(granulesBytes * count);
    const view = new DataView(numbers.buffer);
    let index = 0;
    for (const [slot, page] of share.pages) {
      view.setUint32(4 * index, pageOf(slot), true);
      const from = page * decodedBytes;
      decoded.set(this.#decoded.subarray(from, from + decodedBytes), index * decodedBytes);
      for (let i = 0; i < granulesBytes; i++) {
        granules[index * granulesBytes + i] = this.#granules[page * granulesBytes + i] as number;
      }
      index++;
    }
    return { pages: numbers, decoded, granules };
  }

  /**
   * Gives a VM code pages as they were saved: those that it has already are changed where they are, the
   * others come behind them. Instructions are decoded as they are executed; until then the guest's
   * pages need not be there. No TLB of the VM may lead to records yet.
   *
   * @param slotOf throws RangeError for a page that can have no code
   * @throws RangeError for pages too many, or one that is there twice
   */
  restore(share: CodeShare, code: SavedCode, slotOf: (page: number) => MachineAddress): void {
    const seen = new Set<MachineAddress>();
    for (const [index, number] of codePageNumbers(code).entries()) {
      const slot = slotOf(number);
      if (seen.has(slot)) throw new RangeError("a code page is there twice");
      seen.add(slot);
      const from = index * decodedBytes;
      this.#restorePage(share, slot, {
        decoded: code.decoded.subarray(from, from + decodedBytes),
        granules: code.granules.subarray(index * granulesBytes, (index + 1) * granulesBytes),
      });
    }
  }

  #restorePage(
    share: CodeShare,
    slot: MachineAddress,
    { decoded, granules }: Omit<SavedCode, "pages">,
  ): void {
    let page = share.pages.get(slot);
    if (page === undefined) {
      if (share.pages.size === share.most) throw new RangeError("there are too many code pages");
      this.allocate(slot, share);
      page = share.pages.get(slot) as number;
    } else clear(this.#memory.bytes, recordsOf(page), recordsOf(page) + codePageBytes);
    this.#decoded.set(decoded, page * decodedBytes);
    this.#granules.set(granules, page * granulesBytes);
    const { words } = this.#memory;
    const first = recordsOf(page) >>> 2;
    for (let byte = 0; byte < decodedBytes; byte++) {
      for (let left = decoded[byte] as number; left !== 0; left &= left - 1) {
        const halfword = byte * 8 + 31 - Math.clz32(left & -left);
        // The page is all zeros, so the rest of the word is what it was.
        words[first + halfword * (recordBytes / 4)] = specialOperations.known;
      }
    }
  }

  /** What was seen long ago of a VM counts half. */
  fadeMarks(share: CodeShare): void {
    for (const page of share.pages.values()) fadeMarks(this.#memory.words, recordsOf(page));
  }

  /**
   * Bytes of a page with records are about to change.
   *
   * @returns true where records were dropped: no TLB may lead to them any more
   */
  written(slot: MachineAddress, share: CodeShare, offset: Bytes, length: Bytes): boolean {
    const page = share.pages.get(slot);
    if (page === undefined) return false;
    const first = Math.floor(offset / granuleBytes);
    const last = Math.min(granulesPerPage - 1, Math.floor((offset + length - 1) / granuleBytes));
    for (let granule = first; granule <= last; granule++) {
      const bits = this.#granules[page * granulesBytes + (granule >> 3)] as number;
      if (bits & (1 << (granule & 7))) return this.drop(slot, share);
    }
    return false;
  }

  /** @returns true where there were records: no TLB may lead to them any more */
  drop(slot: MachineAddress, share: CodeShare): boolean {
    const page = share.pages.get(slot);
    if (page === undefined) return false;
    share.pages.delete(slot);
    this.#memory.setWord(slot + recordsInSlot, 0);
    this.#leave(page);
    return true;
  }

  /** The page is one VM's less. */
  #leave(page: number): void {
    if (!this.#memory.codePages.release(page)) return;
    this.#used--;
    this.#onPageDropped(recordsOf(page));
  }

  /** The page's records, which no other VM has. Where they were shared, no fetch may lead to them. */
  #ownPage(slot: MachineAddress, share: CodeShare): number {
    const shared = share.pages.get(slot) as number;
    if (this.#memory.codePages.references(shared) === 1) return shared;
    const page = this.#take();
    const [from, to] = [recordsOf(shared), recordsOf(page)];
    this.#memory.bytes.copyWithin(to, from, from + codePageBytes);
    for (let offset = 0; offset < pageBytes; offset += 2) {
      const number = this.entries.entryAt(from, offset);
      if (number === undefined) continue;
      const operation = readEntryOperation(this.#view, number);
      this.#view.setUint16(to + offset * (recordBytes / 2), operation, true);
    }
    const granules = shared * granulesBytes;
    this.#granules.copyWithin(page * granulesBytes, granules, granules + granulesBytes);
    const decoded = shared * decodedBytes;
    this.#decoded.copyWithin(page * decodedBytes, decoded, decoded + decodedBytes);
    this.#leave(shared);
    share.pages.set(slot, page);
    this.#memory.setWord(slot + recordsInSlot, to);
    return page;
  }
}

function recordsOf(page: number): MachineAddress {
  return codePoolBase + page * codePageStride;
}

/** The numbers of saved pages. */
export function codePageNumbers({ pages }: Pick<SavedCode, "pages">): Uint32Array {
  const view = new DataView(pages.buffer, pages.byteOffset, pages.length);
  const numbers = new Uint32Array(pages.length >>> 2);
  for (let i = 0; i < numbers.length; i++) numbers[i] = view.getUint32(4 * i, true);
  return numbers;
}

/**
 * The pool of pre-decoded code pages in machine memory, one for each frame that was executed.
 *
 * A page belongs to the VM that executed the frame. A VM is promised its share of the pool when it is
 * made, and one that needs more drops its own oldest page: what a VM keeps is a function of what it
 * executed, so no VM's exit counts depend on its neighbours. Pages are found by frame, but for the
 * zero frame, which is nobody's: each VM that executes it has a page of its own for it. A page is
 * dropped, too, when its frame's code changes or the frame is freed.
 *
 *     const share = code.promise(pages);
 *     code.allocate(frame, share);        // the owner's TLBs must be flushed
 *     code.giveBack(share);
 */
import { Failure } from "../base/failure.ts";
import type { FrameNumber, MachineAddress, Pages } from "../base/units.ts";
import { isFullLength } from "../isa/decoder.ts";
import {
  codeMarksOffset,
  codePageBytes,
  codePageStride,
  codePoolBase,
  codeTableBase,
  frameAddress,
  pageBytes,
  recordBytes,
} from "../memory/layout.ts";
import type { MachineMemory } from "../memory/machine-memory.ts";
import { specialOperations } from "./record.ts";
import { RecordCache } from "./record-cache.ts";

/** Decoding runs ahead of execution at most this far: a jump may make the rest data. */
const longestRun = 32;
const granuleBytes = 64;
const granulesPerPage = pageBytes / granuleBytes;

/** What a VM has of the pool; only the pool changes it. */
export interface CodeShare {
  readonly most: Pages;
  /** Its pages by their numbers, the oldest first. */
  readonly pages: Set<number>;
  /** Records for the zero frame. */
  zeroRecords: MachineAddress | undefined;
  /** Offsets in a page, whatever page, at which its debugger has a breakpoint. */
  breakpoints: ReadonlySet<number>;
}

export class CodeCache {
  readonly #memory: MachineMemory;
  readonly #view: DataView;
  readonly #records: RecordCache;
  readonly #frameOf: Int32Array;
  readonly #ownerOf: (CodeShare | undefined)[] = [];
  /** For each code page, which 64-byte granules of the frame hold decoded instructions. */
  readonly #granules: Uint8Array;
  #used: Pages = 0;
  readonly #onPageDropped: (records: MachineAddress) => void;

  /** @param onPageDropped the records of a page are gone */
  constructor(memory: MachineMemory, onPageDropped: (records: MachineAddress) => void) {
    this.#memory = memory;
    this.#view = new DataView(memory.wasm.buffer);
    this.#records = new RecordCache(this.#view);
    this.#frameOf = new Int32Array(memory.codePages.size);
    this.#granules = new Uint8Array(memory.codePages.size * granulesPerPage);
    this.#onPageDropped = onPageDropped;
  }

  /** Pages in use. */
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
    return { most, pages: new Set(), zeroRecords: undefined, breakpoints: new Set() };
  }

  /** Drops all pages of a VM, which is over. */
  giveBack(share: CodeShare): void {
    for (const page of share.pages) this.#release(page);
    this.#memory.codePages.takeBack(share.most);
  }

  /** Records that a VM has for the zero frame, which no table of frames leads to. */
  recordsOf(frame: FrameNumber, share: CodeShare): MachineAddress | undefined {
    return frame === this.#memory.zeroFrame ? share.zeroRecords : undefined;
  }

  /**
   * Records for a frame that has none. Where the share is used up its oldest page is dropped: no TLB
   * of its VM may lead to records any more.
   */
  allocate(frame: FrameNumber, share: CodeShare): MachineAddress {
    if (share.pages.size === share.most) {
      const [oldest] = share.pages;
      this.#release(oldest as number);
    }
    const page = this.#memory.codePages.allocate();
    if (page === undefined) throw new Error("the pool has less than it has promised");
    const address = codePoolBase + page * codePageStride;
    this.#granules.fill(0, page * granulesPerPage, (page + 1) * granulesPerPage);
    this.#used++;
    this.#view.setUint16(address + codePageBytes, specialOperations.nextPage, true);
    this.#frameOf[page] = frame;
    this.#ownerOf[page] = share;
    share.pages.add(page);
    if (frame === this.#memory.zeroFrame) share.zeroRecords = address;
    else this.#memory.setWord(codeTableBase + frame * 4, address);
    return address;
  }

  /** Decodes from an undecoded record on, to the first jump, decoded record or the page's end. */
  decodeFrom(record: MachineAddress): void {
    const page = Math.floor((record - codePoolBase) / codePageStride);
    const first = codePoolBase + page * codePageStride;
    const code = frameAddress(this.#frameOf[page] as number);
    const breakpoints = (this.#ownerOf[page] as CodeShare).breakpoints;
    let offset = (record - first) / (recordBytes / 2);
    for (let n = 0; n < longestRun && offset < pageBytes; n++) {
      const address = first + offset * (recordBytes / 2);
      if (this.#view.getUint16(address, true) !== specialOperations.undecoded) return;
      this.#granules[page * granulesPerPage + Math.floor(offset / granuleBytes)] = 1;
      if (breakpoints.has(offset)) {
        this.#view.setUint16(address, specialOperations.breakpoint, true);
        return;
      }
      const low = this.#view.getUint16(code + offset, true);
      if (isFullLength(low) && offset === pageBytes - 2) {
        this.#view.setUint16(address, specialOperations.straddling, true);
        return;
      }
      const bits = isFullLength(low) ? this.#view.getUint32(code + offset, true) : low;
      const endsRun = this.#records.write(address, bits);
      const length = isFullLength(low) ? 4 : 2;
      // The tail of an instruction may reach into the next granule.
      const last = Math.floor((offset + length - 1) / granuleBytes);
      this.#granules[page * granulesPerPage + last] = 1;
      if (endsRun) return;
      offset += length;
    }
  }

  /** Decodes an instruction that straddles two pages into a hart's scratch record. */
  decodeInto(record: MachineAddress, bits: number): void {
    this.#records.write(record, bits);
  }

  /**
   * Marks, in every page of a VM, the records at these offsets: an instruction there asks the monitor
   * before it is executed. A virtual address fixes no page (its mapping may change, or not be there
   * yet), but it fixes the offset; whether it is the address that is meant, the monitor sees.
   */
  setBreakpoints(share: CodeShare, offsets: ReadonlySet<number>): void {
    const changed = [...offsets, ...share.breakpoints];
    share.breakpoints = offsets;
    for (const page of share.pages) {
      for (const offset of changed) {
        const record = codePoolBase + page * codePageStride + offset * (recordBytes / 2);
        this.#view.setUint16(record, specialOperations.undecoded, true);
      }
    }
  }

  /** Makes a decoded record an entry. @returns the operation that stood there */
  setEntry(page: MachineAddress, offset: number, number: number): number {
    const record = page + offset * (recordBytes / 2);
    const operation = this.#view.getUint16(record, true);
    this.#view.setUint16(record, specialOperations.entry, true);
    this.#view.setUint16(page + codeMarksOffset + offset, number, true);
    return operation;
  }

  mark(page: MachineAddress, offset: number): number {
    return this.#view.getUint16(page + codeMarksOffset + offset, true);
  }

  clearMark(page: MachineAddress, offset: number): void {
    if (this.entryAt(page, offset) !== undefined) return;
    this.#view.setUint16(page + codeMarksOffset + offset, 0, true);
  }

  /** The number of the entry that a record is; undefined where it is none. */
  entryAt(page: MachineAddress, offset: number): number | undefined {
    const operation = this.#view.getUint16(page + offset * (recordBytes / 2), true);
    if (operation !== specialOperations.entry) return undefined;
    return this.#view.getUint16(page + codeMarksOffset + offset, true);
  }

  /** Makes an entry the record again that it was, unless it is another entry by now. */
  clearEntry(page: MachineAddress, offset: number, number: number, operation: number): void {
    const record = page + offset * (recordBytes / 2);
    const mark = page + codeMarksOffset + offset;
    if (this.#view.getUint16(record, true) !== specialOperations.entry) return;
    if (this.#view.getUint16(mark, true) !== number) return;
    this.#view.setUint16(record, operation, true);
    this.#view.setUint16(mark, 0, true);
  }

  /** Whether the instruction at an offset of a page was decoded, as one that lies in the page. */
  isDecoded(page: MachineAddress, offset: number): boolean {
    const operation = this.#view.getUint16(page + offset * (recordBytes / 2), true);
    const { undecoded, straddling, illegal, breakpoint } = specialOperations;
    const others: readonly number[] = [undecoded, straddling, illegal, breakpoint];
    return !others.includes(operation);
  }

  /** Bytes of a frame with records are about to change. @returns true where records were dropped */
  written(address: MachineAddress, length: number): boolean {
    const frame = Math.floor(address / pageBytes);
    const page = this.#pageOf(frame);
    if (page === undefined) return false;
    const first = Math.floor((address % pageBytes) / granuleBytes);
    const last = Math.min(
      granulesPerPage - 1,
      Math.floor(((address % pageBytes) + length - 1) / granuleBytes),
    );
    for (let granule = first; granule <= last; granule++) {
      if (this.#granules[page * granulesPerPage + granule]) return this.drop(frame);
    }
    return false;
  }

  /** @returns true where there were records: no TLB may lead to them any more */
  drop(frame: FrameNumber): boolean {
    const page = this.#pageOf(frame);
    if (page === undefined) return false;
    this.#release(page);
    return true;
  }

  #release(page: number): void {
    const frame = this.#frameOf[page] as number;
    const owner = this.#ownerOf[page] as CodeShare;
    if (frame === this.#memory.zeroFrame) owner.zeroRecords = undefined;
    else this.#memory.setWord(codeTableBase + frame * 4, 0);
    owner.pages.delete(page);
    this.#ownerOf[page] = undefined;
    this.#memory.codePages.release(page);
    this.#used--;
    this.#onPageDropped(codePoolBase + page * codePageStride);
  }

  #pageOf(frame: FrameNumber): number | undefined {
    const address = this.#memory.codePageOf(frame);
    return address === 0 ? undefined : (address - codePoolBase) / codePageStride;
  }
}

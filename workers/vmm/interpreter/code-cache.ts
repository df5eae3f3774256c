/**
 * The pool of pre-decoded code pages in machine memory, one for each frame that was executed.
 *
 * Pages are keyed by frame, so all VMs and harts that share a frame share its records. A page is
 * dropped when its frame's code changes or the frame is freed; the frame's owner then flushes the
 * TLBs of its own harts only, so that no VM's exit counts depend on its neighbours.
 */
import type { FrameNumber, MachineAddress } from "../base/units.ts";
import { isFullLength } from "../isa/decoder.ts";
import {
  codeMarksOffset,
  codePageBytes,
  codePageStride,
  codePoolBase,
  codePoolPages,
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

export interface CodeCacheListener {
  /** The pool was emptied: no TLB of any hart may lead to records any more. */
  allDropped(): void;
  /** The records of a page are gone. */
  pageDropped(records: MachineAddress): void;
}

export class CodeCache {
  readonly #memory: MachineMemory;
  readonly #view: DataView;
  readonly #records: RecordCache;
  readonly #frameOf = new Int32Array(codePoolPages).fill(-1);
  /** For each code page, which 64-byte granules of the frame hold decoded instructions. */
  readonly #granules = new Uint8Array(codePoolPages * granulesPerPage);
  readonly #free: number[] = [];
  #untouched = 0;
  readonly #listener: CodeCacheListener;
  /** Offsets in a page, whatever page, at which a debugger has a breakpoint. */
  #breakpoints: ReadonlySet<number> = new Set();

  constructor(memory: MachineMemory, listener: CodeCacheListener) {
    this.#memory = memory;
    this.#view = new DataView(memory.wasm.buffer);
    this.#records = new RecordCache(this.#view);
    this.#listener = listener;
  }

  /** Records for a frame that has none; drops every other page when the pool is full. */
  allocate(frame: FrameNumber): MachineAddress {
    let page = this.#free.pop();
    if (page === undefined) {
      if (this.#untouched === codePoolPages) this.#dropAll();
      page = this.#free.pop() ?? this.#untouched++;
    }
    const address = codePoolBase + page * codePageStride;
    this.#memory.bytes.fill(0, address, address + codePageStride);
    this.#view.setUint16(address + codePageBytes, specialOperations.nextPage, true);
    this.#granules.fill(0, page * granulesPerPage, (page + 1) * granulesPerPage);
    this.#frameOf[page] = frame;
    this.#memory.setWord(codeTableBase + frame * 4, address);
    return address;
  }

  /** Decodes from an undecoded record on, to the first jump, decoded record or the page's end. */
  decodeFrom(record: MachineAddress): void {
    const page = Math.floor((record - codePoolBase) / codePageStride);
    const first = codePoolBase + page * codePageStride;
    const code = frameAddress(this.#frameOf[page] as number);
    let offset = (record - first) / (recordBytes / 2);
    for (let n = 0; n < longestRun && offset < pageBytes; n++) {
      const address = first + offset * (recordBytes / 2);
      if (this.#view.getUint16(address, true) !== specialOperations.undecoded) return;
      this.#granules[page * granulesPerPage + Math.floor(offset / granuleBytes)] = 1;
      if (this.#breakpoints.has(offset)) {
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
   * Marks, in every page, the records at these offsets: an instruction there asks the monitor
   * before it is executed. A virtual address fixes no page (its mapping may change, or not be there
   * yet), but it fixes the offset; whether it is the address that is meant, the monitor sees.
   */
  setBreakpoints(offsets: ReadonlySet<number>): void {
    const changed = [...offsets, ...this.#breakpoints];
    this.#breakpoints = offsets;
    for (let page = 0; page < this.#untouched; page++) {
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

  #dropAll(): void {
    for (let page = 0; page < this.#untouched; page++) {
      if (this.#frameOf[page] !== -1) this.#release(page);
    }
    this.#listener.allDropped();
  }

  #release(page: number): void {
    this.#memory.setWord(codeTableBase + (this.#frameOf[page] as number) * 4, 0);
    this.#frameOf[page] = -1;
    this.#free.push(page);
    this.#listener.pageDropped(codePoolBase + page * codePageStride);
  }

  #pageOf(frame: FrameNumber): number | undefined {
    const address = this.#memory.codePageOf(frame);
    return address === 0 ? undefined : (address - codePoolBase) / codePageStride;
  }
}

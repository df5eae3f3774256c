import { Failure } from "../base/failure.ts";
import type { Bytes, FrameNumber, MachineAddress, Pages } from "../base/units.ts";
import type { WasmMemory } from "../base/wasm-compiler.ts";
import type { PcpuNumber } from "./claims.ts";
import { clear } from "./clear.ts";
import { clearPages } from "./clear-pages.ts";
import { Heap } from "./heap.ts";
import {
  codeClaimsBase,
  codePageStride,
  codePagesPerChunk,
  codePoolBase,
  codePoolPages,
  codePromisesBase,
  codeWordsBase,
  entryBytes,
  entryTableBase,
  frameClaimsBase,
  framePromisesBase,
  framesPerChunk,
  frameWordsBase,
  heapBase,
  heapBytes,
  mostEntries,
  mostRegions,
  pageBytes,
  regionLinkBytes,
  regionLinksBase,
  smallestMemoryBytes,
} from "./layout.ts";
import { SharedPool } from "./shared-pool.ts";

/** Which of the pCPU threads of a machine memory a view belongs to. */
export interface PcpuPlace {
  readonly pcpu: PcpuNumber;
  /** How many there can be. */
  readonly pcpus: number;
}

/** Numbers from the first on, to the one before the end. */
export interface NumberRange {
  readonly first: number;
  readonly end: number;
}

/**
 * The one memory of a worker, cut into 4 KiB frames, plus a heap for the monitor's own tables, as one
 * pCPU thread sees it. Each thread has a view of its own; no two may be made for the same thread.
 *
 * Frames carry reference counts, so that several guest-physical pages (of one VM or of many, on one
 * thread or on several) may map to one frame. A frame that nobody references is cleared when it is
 * handed out again.
 */
export class MachineMemory {
  readonly wasm: WasmMemory;
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
  readonly #view: DataView;
  /** Always zero, never writable, referenced for ever. */
  readonly zeroFrame: FrameNumber;
  readonly pcpus: number;
  /** Pages of the pool of decoded code. */
  readonly codePages: SharedPool;
  /** Of regions and of their entries, the numbers that are this thread's. */
  readonly regionNumbers: NumberRange;
  readonly entryNumbers: NumberRange;
  readonly #frames: SharedPool;
  readonly #heap: Heap;

  constructor(wasm: WasmMemory, { pcpu, pcpus }: PcpuPlace = { pcpu: 0, pcpus: 1 }) {
    const size = wasm.buffer.byteLength;
    if (size < smallestMemoryBytes) {
      throw new Failure(
        "machine-memory-too-small",
        `A machine memory of ${size} bytes leaves no room for guests.`,
        `Give at least ${smallestMemoryBytes} bytes.`,
      );
    }
    this.wasm = wasm;
    this.bytes = new Uint8Array(wasm.buffer);
    this.words = new Int32Array(wasm.buffer);
    this.#view = new DataView(wasm.buffer);
    this.zeroFrame = (heapBase(size) + heapBytes(size)) / pageBytes;
    this.pcpus = pcpus;
    this.#heap = new Heap(this.bytes, pcpu);
    this.#frames = new SharedPool(
      this.words,
      pcpu,
      {
        words: frameWordsBase,
        claims: frameClaimsBase,
        promises: framePromisesBase,
        first: this.zeroFrame + 1,
        end: size / pageBytes,
        perChunk: framesPerChunk,
      },
      (frame) => clear(this.bytes, frame * pageBytes, (frame + 1) * pageBytes),
    );
    this.codePages = new SharedPool(
      this.words,
      pcpu,
      {
        words: codeWordsBase,
        claims: codeClaimsBase,
        promises: codePromisesBase,
        first: 0,
        end: codePoolPages(size),
        perChunk: codePagesPerChunk,
      },
      (page) => {
        const start = codePoolBase + page * codePageStride;
        clear(this.bytes, start, start + codePageStride);
      },
    );
    const part = { pcpu, pcpus };
    this.regionNumbers = partOf(mostRegions, part);
    const entries = partOf(mostEntries, part);
    this.entryNumbers = { ...entries, first: Math.max(firstEntry, entries.first) };
  }

  /** Frames that are not in use. */
  get freeFrames(): Pages {
    return this.#frames.size - this.#frames.used;
  }

  /** Bytes of the heap that are not in use. */
  get freeHeap(): Bytes {
    return this.#heap.free;
  }

  /** A zero-filled frame with one reference, or undefined when none is left. */
  allocateFrame(): FrameNumber | undefined {
    return this.#frames.allocate();
  }

  /** A frame with this content and one reference, or undefined when none is left. */
  allocateFilled(content: Uint8Array): FrameNumber | undefined {
    const frame = this.#frames.allocate(content.length === pageBytes);
    if (frame !== undefined) this.bytes.set(content, frame * pageBytes);
    return frame;
  }

  /** One more reference to a frame that somebody, on whatever thread, holds until this comes back. */
  retainFrame(frame: FrameNumber): void {
    this.#frames.retain(frame);
  }

  /** @returns true where this was the last reference and the frame is free now */
  releaseFrame(frame: FrameNumber): boolean {
    return this.#frames.release(frame);
  }

  /** See `SharedPool.references`. */
  references(frame: FrameNumber): number {
    return this.#frames.references(frame);
  }

  /** See `SharedPool.promise`. */
  promiseFrames(count: Pages): boolean {
    return this.#frames.promise(count);
  }

  takeBackFrames(count: Pages): void {
    this.#frames.takeBack(count);
  }

  /**
   * Takes all from a thread that has ended, wherever it was: frames, heap, code pages, promises, and
   * what its numbers led to. Not before it is certain that it does nothing any more; what is taken may
   * be somebody else's at once. A new view may be made for its number then.
   *
   * @returns frames that are free now
   */
  reclaim(pcpu: PcpuNumber): Pages {
    const part = { pcpu, pcpus: this.pcpus };
    const regions = partOf(mostRegions, part);
    const entries = partOf(mostEntries, part);
    this.#clear(regionLinksBase, regionLinkBytes, regions);
    this.#clear(entryTableBase, entryBytes, entries);
    this.codePages.reclaim(pcpu);
    this.#heap.reclaim(pcpu);
    return this.#frames.reclaim(pcpu);
  }

  /** An unsigned 32-bit number at an address that is a multiple of 4. */
  word(address: MachineAddress): number {
    return (this.words[address >>> 2] as number) >>> 0;
  }

  setWord(address: MachineAddress, value: number): void {
    this.words[address >>> 2] = value;
  }

  wide(address: MachineAddress): bigint {
    return this.#view.getBigUint64(address, true);
  }

  setWide(address: MachineAddress, value: bigint): void {
    this.#view.setBigUint64(address, BigInt.asUintN(64, value), true);
  }

  halfword(address: MachineAddress): number {
    return this.#view.getUint16(address, true);
  }

  setHalfword(address: MachineAddress, value: number): void {
    this.#view.setUint16(address, value, true);
  }

  /** Zero-filled bytes of the heap, page-aligned; first fit. */
  allocate(bytes: Bytes): MachineAddress {
    return this.#heap.allocate(bytes);
  }

  /** Gives back what `allocate(bytes)` returned. */
  free(start: MachineAddress, bytes: Bytes): void {
    this.#heap.release(start, bytes);
  }

  #clear(table: MachineAddress, bytes: Bytes, { first, end }: NumberRange): void {
    clearPages(this.bytes, table + first * bytes, table + end * bytes);
  }
}

/** Number 0 marks a record that is no entry. */
const firstEntry = 1;

/** The share of a thread of so many numbers. */
function partOf(count: number, { pcpu, pcpus }: PcpuPlace): NumberRange {
  const part = Math.floor(count / pcpus);
  return { first: pcpu * part, end: (pcpu + 1) * part };
}

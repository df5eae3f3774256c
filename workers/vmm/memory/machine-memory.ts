import { Failure } from "../base/failure.ts";
import type { Bytes, FrameNumber, MachineAddress, Pages } from "../base/units.ts";
import type { WasmMemory } from "../base/wasm-compiler.ts";
import { heapBase, heapBytes, pageBytes, smallestMemoryBytes } from "./layout.ts";

/**
 * The one memory of a worker, cut into 4 KiB frames, plus a heap for the monitor's own tables.
 *
 * Frames carry a reference count, so that several guest-physical pages (of one VM or of many) may
 * map to one frame. A frame that nobody references is cleared when it is handed out again.
 */
export class MachineMemory {
  readonly wasm: WasmMemory;
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
  readonly #view: DataView;
  /** Always zero, never writable, referenced for ever. */
  readonly zeroFrame: FrameNumber;
  readonly #firstFrame: FrameNumber;
  readonly #endFrame: FrameNumber;
  readonly #references: Uint32Array;
  readonly #freeFrames: FrameNumber[] = [];
  #untouchedFrame: FrameNumber;
  readonly #freeBlocks: { start: MachineAddress; bytes: Bytes }[];

  constructor(wasm: WasmMemory) {
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
    const heap = { start: heapBase(size), bytes: heapBytes(size) };
    const heapEnd = heap.start + heap.bytes;
    this.#freeBlocks = [heap];
    this.zeroFrame = heapEnd / pageBytes;
    this.#firstFrame = this.zeroFrame + 1;
    this.#untouchedFrame = this.#firstFrame;
    this.#endFrame = size / pageBytes;
    this.#references = new Uint32Array(this.#endFrame);
  }

  /** Frames that are not in use. */
  get freeFrames(): Pages {
    return this.#freeFrames.length + this.#endFrame - this.#untouchedFrame;
  }

  /** Bytes of the heap that are not in use. */
  get freeHeap(): Bytes {
    return this.#freeBlocks.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** A zero-filled frame with one reference, or undefined when none is left. */
  allocateFrame(): FrameNumber | undefined {
    const reused = this.#freeFrames.pop();
    if (reused !== undefined) {
      this.bytes.fill(0, reused * pageBytes, (reused + 1) * pageBytes);
      this.#references[reused] = 1;
      return reused;
    }
    if (this.#untouchedFrame === this.#endFrame) return undefined;
    const frame = this.#untouchedFrame++;
    this.#references[frame] = 1;
    return frame;
  }

  /** One more reference to a frame that has some. */
  retainFrame(frame: FrameNumber): void {
    this.#references[frame] = this.references(frame) + 1;
  }

  references(frame: FrameNumber): number {
    return this.#references[frame] as number;
  }

  /** @returns true where this was the last reference and the frame is free now */
  releaseFrame(frame: FrameNumber): boolean {
    const left = (this.#references[frame] as number) - 1;
    this.#references[frame] = left;
    if (left > 0) return false;
    this.#freeFrames.push(frame);
    return true;
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
    const size = Math.ceil(bytes / pageBytes) * pageBytes;
    const index = this.#freeBlocks.findIndex((block) => block.bytes >= size);
    const block = this.#freeBlocks[index];
    if (!block) {
      throw new Failure(
        "machine-memory-heap-full",
        "The machine memory has no room for the tables of one more VM.",
        "Run fewer VMs in this worker, or give it a larger machine memory.",
      );
    }
    const { start } = block;
    if (block.bytes === size) this.#freeBlocks.splice(index, 1);
    else this.#freeBlocks[index] = { start: start + size, bytes: block.bytes - size };
    return start;
  }

  /** Gives back what `allocate(bytes)` returned. */
  free(start: MachineAddress, bytes: Bytes): void {
    const size = Math.ceil(bytes / pageBytes) * pageBytes;
    this.bytes.fill(0, start, start + size);
    const blocks = this.#freeBlocks;
    blocks.push({ start, bytes: size });
    blocks.sort((a, b) => a.start - b.start);
    for (let i = blocks.length - 1; i > 0; i--) {
      const [before, after] = [blocks[i - 1], blocks[i]] as [
        (typeof blocks)[0],
        (typeof blocks)[0],
      ];
      if (before.start + before.bytes !== after.start) continue;
      blocks.splice(i - 1, 2, { start: before.start, bytes: before.bytes + after.bytes });
    }
  }
}

/**
 * A VM's guest-physical RAM: a map from pages to frames, in machine memory so that generated code
 * walks it. An entry is the frame's machine address with flags in the low bits:
 *
 *     0                   never touched
 *     address | present   readable; the shared zero frame where it was read but never written
 *     … | writable        private to this page: a store needs no help
 *
 * Systems clear far more pages than they come to use, so pages of zeros give their frames back: now
 * and then, as the number of frames grows, `sweep` looks for them. When that is due is a function of
 * what was stored, and it has to be done then, at that instruction: it is seen in the exit counts.
 */
import { Failure } from "../base/failure.ts";
import type {
  Bytes,
  FrameNumber,
  GuestPhysicalAddress,
  MachineAddress,
  Pages,
} from "../base/units.ts";
import type { GuestMemory } from "./guest-memory.ts";
import { isZero } from "./is-zero.ts";
import { pageBytes } from "./layout.ts";
import type { MachineMemory } from "./machine-memory.ts";

export const entryPresent = 1;
export const entryWritable = 2;
/** An access of a few bytes takes the host as long as a copy of this many. */
const accessCost: Bytes = 64;
/** A sweep is due when there are this many more frames, and half as many again, than after the last. */
const fewestBetweenSweeps: Pages = 1024;

export class GuestRam implements GuestMemory {
  readonly base: GuestPhysicalAddress;
  readonly bytes: Bytes;
  readonly pages: Pages;
  readonly map: MachineAddress;
  readonly #memory: MachineMemory;
  readonly #limit: Pages;
  readonly #onRemap: () => void;
  readonly #onCodeWrite: (frame: FrameNumber) => void;
  readonly #onSweepDue: () => void;
  /** Pages whose frame somebody knows. */
  readonly #pinned = new Set<number>();
  #sweepAt: Pages = fewestBetweenSweeps;
  #resident: Pages = 0;
  #moved: Bytes = 0;

  /**
   * @param resources.limit most pages that may be materialised; beyond it a store fails the VM
   * @param resources.onRemap called when a page that may be cached in a TLB gets another frame
   * @param resources.onCodeWrite called before bytes of a frame with pre-decoded code change
   * @param resources.onSweepDue `isSweepDue` from now on
   */
  constructor(resources: {
    memory: MachineMemory;
    base: GuestPhysicalAddress;
    bytes: Bytes;
    limit: Pages;
    onRemap: () => void;
    onCodeWrite: (frame: FrameNumber) => void;
    onSweepDue: () => void;
  }) {
    this.#memory = resources.memory;
    this.base = resources.base;
    this.bytes = resources.bytes;
    this.pages = resources.bytes / pageBytes;
    this.#limit = resources.limit;
    this.#onRemap = resources.onRemap;
    this.#onCodeWrite = resources.onCodeWrite;
    this.#onSweepDue = resources.onSweepDue;
    this.map = this.#memory.allocate(this.pages * 4);
  }

  get residentPages(): Pages {
    return this.#resident;
  }

  /** What was read and written by other than the guest's own instructions; see `accessCost`. */
  get moved(): Bytes {
    return this.#moved;
  }

  entry(page: number): number {
    return this.#memory.word(this.map + page * 4);
  }

  get isSweepDue(): boolean {
    return this.#resident >= this.#sweepAt;
  }

  /** Gives the page a private frame for good. @returns the frame */
  pin(page: number): FrameNumber {
    this.#pinned.add(page);
    return Math.floor(this.materialise(page) / pageBytes);
  }

  /**
   * Gives back the frames of pages of zeros. Nothing but the map may know a frame now, as in the
   * middle of an instruction.
   *
   * @param onRelease hears of each frame that becomes free
   */
  sweep(onRelease: (frame: FrameNumber) => void): void {
    const before = this.#resident;
    this.forEachResident((page, content, frame) => {
      if (this.#pinned.has(page) || !isZero(content)) return;
      this.#memory.setWord(this.map + page * 4, 0);
      this.#resident--;
      if (this.#memory.releaseFrame(frame)) onRelease(frame);
    });
    this.#sweepAt = this.#resident + Math.max(fewestBetweenSweeps, this.#resident >> 1);
    if (this.#resident < before) this.#onRemap();
  }

  /** Gives the page a private frame. @returns its map entry */
  materialise(page: number): number {
    const known = this.entry(page);
    if (known & entryWritable) return known;
    const frame = this.#resident < this.#limit ? this.#memory.allocateFrame() : undefined;
    if (frame === undefined) {
      throw new Failure(
        "guest-memory-exhausted",
        `The VM needs more than ${this.#resident} pages of memory.`,
        "Raise the memory limit of the assignment, or make the guest use less.",
      );
    }
    this.#resident++;
    const entry = ((frame * pageBytes) | entryPresent | entryWritable) >>> 0;
    this.#memory.setWord(this.map + page * 4, entry);
    if (known !== 0) this.#onRemap();
    if (this.isSweepDue) this.#onSweepDue();
    return entry;
  }

  read(address: GuestPhysicalAddress, target: Uint8Array): boolean {
    return this.#eachPiece(address, target.length, (page, inPage, done, length) => {
      const entry = this.entry(page);
      const piece = target.subarray(done, done + length);
      if (entry === 0) {
        piece.fill(0);
        return;
      }
      const start = entry - (entry % pageBytes) + inPage;
      piece.set(this.#memory.bytes.subarray(start, start + length));
    });
  }

  write(address: GuestPhysicalAddress, source: Uint8Array): boolean {
    return this.#eachPiece(address, source.length, (page, inPage, done, length) => {
      const piece = source.subarray(done, done + length);
      const isTouched = (this.entry(page) & entryWritable) !== 0;
      if (!isTouched && piece.every((byte) => byte === 0)) return;
      const entry = this.materialise(page);
      const frame = Math.floor(entry / pageBytes);
      if (this.#memory.codePageOf(frame) !== 0) this.#onCodeWrite(frame);
      this.#memory.bytes.set(piece, frame * pageBytes + inPage);
    });
  }

  /** Calls `visit` for each page that has a frame of its own, in order. */
  forEachResident(visit: (page: number, content: Uint8Array, frame: FrameNumber) => void): void {
    for (let page = 0; page < this.pages; page++) {
      const frame = Math.floor(this.entry(page) / pageBytes);
      if (frame === 0 || frame === this.#memory.zeroFrame) continue;
      const start = frame * pageBytes;
      visit(page, this.#memory.bytes.subarray(start, start + pageBytes), frame);
    }
  }

  /** Gives frames and map back; `onRelease` hears of each frame that becomes free. */
  dispose(onRelease: (frame: FrameNumber) => void): void {
    this.forEachResident((_page, _content, frame) => {
      if (this.#memory.releaseFrame(frame)) onRelease(frame);
    });
    this.#memory.free(this.map, this.pages * 4);
    this.#resident = 0;
  }

  #eachPiece(
    address: GuestPhysicalAddress,
    length: Bytes,
    visit: (page: number, inPage: number, done: number, length: number) => void,
  ): boolean {
    const start = address - this.base;
    if (!(start >= 0 && start + length <= this.bytes)) return false;
    this.#moved += accessCost + length;
    for (let done = 0; done < length; ) {
      const offset = start + done;
      const inPage = offset % pageBytes;
      const piece = Math.min(length - done, pageBytes - inPage);
      visit(Math.floor(offset / pageBytes), inPage, done, piece);
      done += piece;
    }
    return true;
  }
}

/**
 * The content of a RAM, and of the ROM's page behind it, at one instant. It holds a reference on each
 * frame, so it costs what the VM changes later on; VMs that are made of it share the frames until
 * they store to them.
 *
 *     const image = ram.capture();
 *     new GuestRam({ ..., image });    // any number of times
 *     image.release();
 */
import { Failure } from "../base/failure.ts";
import type { FrameNumber, Pages } from "../base/units.ts";
import { isZero } from "./is-zero.ts";
import { pageBytes } from "./layout.ts";
import type { MachineMemory } from "./machine-memory.ts";

export interface PageContent {
  readonly page: number;
  readonly bytes: Uint8Array;
}

/** RAM as a snapshot or a monitor has it; a `RamImage` is one. */
export interface RamContent extends Omit<ImageState, "pinned"> {
  /** Each time anew; bytes are good until the next page is asked for. */
  pages(): Iterable<PageContent>;
}

/** Besides contents, what decides what a run does at which step; all pages in ascending order. */
interface ImageState {
  /** Pages that were read but never written, as a map remembers them. */
  readonly readZeros: readonly number[];
  /** Pages with content, not of zeros alone, that a VM made of the image waits for. */
  readonly absent: readonly number[];
  /** See `GuestRam.pin`. */
  readonly pinned: readonly number[];
  /** The number of resident pages at which the next sweep is due. */
  readonly sweepAt: Pages;
}

export class RamImage implements ImageState {
  readonly readZeros: readonly number[];
  readonly absent: readonly number[];
  readonly pinned: readonly number[];
  readonly sweepAt: Pages;
  readonly #memory: MachineMemory;
  readonly #pages: Int32Array;
  #frames: Int32Array;

  private constructor(
    memory: MachineMemory,
    content: ImageState & { readonly pages: readonly number[]; readonly frames: Int32Array },
  ) {
    this.#memory = memory;
    this.#pages = Int32Array.from(content.pages);
    this.#frames = content.frames;
    this.readZeros = content.readZeros;
    this.absent = content.absent;
    this.pinned = content.pinned;
    this.sweepAt = content.sweepAt;
  }

  /** Of frames that others have, too. */
  static sharing(
    memory: MachineMemory,
    content: ImageState & {
      readonly pages: readonly number[];
      readonly frames: readonly FrameNumber[];
    },
  ): RamImage {
    for (const frame of content.frames) {
      if (frame !== memory.zeroFrame) memory.retainFrame(frame);
    }
    return new RamImage(memory, { ...content, frames: Int32Array.from(content.frames) });
  }

  /**
   * Of pages that come from elsewhere, in ascending order; the ROM's is the one behind the last.
   *
   * @throws Failure `machine-memory-full`
   */
  static of(
    memory: MachineMemory,
    content: ImageState & { readonly pages: Iterable<PageContent> },
  ): RamImage {
    const pages: number[] = [];
    const frames: FrameNumber[] = [];
    try {
      for (const { page, bytes } of content.pages) {
        const frame = isZero(bytes) ? memory.zeroFrame : memory.allocateFilled(bytes);
        if (frame === undefined) {
          throw new Failure(
            "machine-memory-full",
            "The machine memory has no room for the pages of one more VM.",
            "Run fewer VMs in this worker, or give it a larger machine memory.",
          );
        }
        pages.push(page);
        frames.push(frame);
      }
    } catch (failure) {
      // The pages may come from a file, and then going through them may fail, too.
      for (const taken of frames) if (taken !== memory.zeroFrame) memory.releaseFrame(taken);
      throw failure;
    }
    return new RamImage(memory, { ...content, pages, frames: Int32Array.from(frames) });
  }

  isOf(memory: MachineMemory): boolean {
    return this.#memory === memory;
  }

  /** Pages with content, of which some may be zeros; absent ones are not among them. */
  get residentPages(): Pages {
    return this.#frames.length;
  }

  /** The pages with content, in order. Bytes are the frame itself: to be read before `release`. */
  *pages(): Generator<PageContent> {
    for (const [i, frame] of this.#frames.entries()) {
      const start = frame * pageBytes;
      const bytes = this.#memory.bytes.subarray(start, start + pageBytes);
      yield { page: this.#pages[i] as number, bytes };
    }
  }

  forEach(visit: (page: number, frame: FrameNumber) => void): void {
    this.#frames.forEach((frame, i) => {
      visit(this.#pages[i] as number, frame);
    });
  }

  /** Gives the frames back; the image is empty from now on. */
  release(): void {
    for (const frame of this.#frames) {
      if (frame !== this.#memory.zeroFrame) this.#memory.releaseFrame(frame);
    }
    this.#frames = new Int32Array();
  }
}

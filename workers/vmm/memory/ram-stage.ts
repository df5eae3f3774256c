/**
 * RAM that comes page by page, in any order, before there is a machine: each page is put into a frame
 * of its own, and the machine made of it takes the frames without copying them.
 *
 *     stage.write(page, bytes);           // any number of times
 *     const image = stage.seal({ … });    // an image like any other; release it
 *     stage.dispose();
 */
import { Failure } from "../base/failure.ts";
import type { FrameNumber, Pages } from "../base/units.ts";
import { isZero } from "./is-zero.ts";
import { pageBytes } from "./layout.ts";
import type { MachineMemory } from "./machine-memory.ts";
import { RamImage } from "./ram-image.ts";

export class RamStage {
  readonly #memory: MachineMemory;
  readonly #frames = new Map<number, FrameNumber>();

  constructor(memory: MachineMemory) {
    this.#memory = memory;
  }

  /** Pages that take a frame. */
  get residentPages(): Pages {
    return this.#frames.size;
  }

  /** @throws Failure `machine-memory-full` */
  write(page: number, bytes: Uint8Array): void {
    if (isZero(bytes)) {
      this.writeZeros(page);
      return;
    }
    const frame = this.#frames.get(page) ?? this.#allocate(page);
    this.#memory.bytes.set(bytes, frame * pageBytes);
  }

  writeZeros(page: number): void {
    const frame = this.#frames.get(page);
    if (frame === undefined) return;
    this.#frames.delete(page);
    this.#memory.releaseFrame(frame);
  }

  /** The page itself, to be changed; nothing where it holds zeros or was never written. */
  at(page: number): Uint8Array | undefined {
    const frame = this.#frames.get(page);
    if (frame === undefined) return undefined;
    return this.#memory.bytes.subarray(frame * pageBytes, (frame + 1) * pageBytes);
  }

  /**
   * All pages named become an image. What was never written of them is zeros; what was written and is
   * not named is left out. All lists ascend.
   */
  seal(content: {
    readonly pages: readonly number[];
    readonly readZeros: readonly number[];
    readonly absent: readonly number[];
    readonly sweepAt: Pages;
  }): RamImage {
    const { zeroFrame } = this.#memory;
    const frames = content.pages.map((page) => this.#frames.get(page) ?? zeroFrame);
    return RamImage.sharing(this.#memory, { ...content, pinned: [], frames });
  }

  /** Gives the frames back; images that were sealed keep theirs. */
  dispose(): void {
    for (const frame of this.#frames.values()) this.#memory.releaseFrame(frame);
    this.#frames.clear();
  }

  #allocate(page: number): FrameNumber {
    const frame = this.#memory.allocateFrame();
    if (frame === undefined) {
      throw new Failure(
        "machine-memory-full",
        "The machine memory has no room for the pages of one more VM.",
        "Run fewer VMs in this worker, or give it a larger machine memory.",
      );
    }
    this.#frames.set(page, frame);
    return frame;
  }
}

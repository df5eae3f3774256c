/**
 * RAM that comes page by page, in any order, before there is a machine: each page is put into a frame
 * of its own, and the machine's map gets the frames without copying them.
 *
 *     stage.write(page, bytes);           // any number of times
 *     stage.place(map, states, false);    // as often as one likes: the frames stay the stage's
 *     stage.place(map, states, true);     // the frames are the map's from now on
 *     stage.dispose();
 */
import { Failure } from "../base/failure.ts";
import type { FrameNumber, Pages } from "../base/units.ts";
import { entryAbsent, entryPresent, entryShared, privateEntry, slotBytes } from "./guest-map.ts";
import { isZero } from "./is-zero.ts";
import { pageBytes } from "./layout.ts";
import type { MachineMemory } from "./machine-memory.ts";
import type { PageMap } from "./page-map.ts";

/** What is to be in a page: nothing; content; content that comes later; zeros that were only read. */
export const pageStates = { none: 0, resident: 1, absent: 2, readZeros: 3 } as const;

/** Pages of RAM that have content, or will have; those that will have are in both. */
export interface PlacedPages {
  readonly resident: Pages;
  readonly absent: Pages;
}

/** No frame has this number: it would lie in the guard. */
const none: FrameNumber = 0;

export class RamStage {
  /** Of RAM; the boot ROM's is one more. */
  readonly pages: Pages;
  readonly #memory: MachineMemory;
  /** By page. */
  readonly #frames: Int32Array;

  constructor(memory: MachineMemory, pages: Pages) {
    this.#memory = memory;
    this.pages = pages;
    this.#frames = new Int32Array(pages + 1);
  }

  /** @throws Failure `machine-memory-full` */
  write(page: number, bytes: Uint8Array): void {
    if (isZero(bytes)) {
      this.writeZeros(page);
      return;
    }
    const frame = this.#frames[page] as FrameNumber;
    if (frame === none) this.#allocate(page, bytes);
    else this.#memory.bytes.set(bytes, frame * pageBytes);
  }

  writeZeros(page: number): void {
    const frame = this.#frames[page] as FrameNumber;
    if (frame === none) return;
    this.#frames[page] = none;
    this.#memory.releaseFrame(frame);
  }

  /** The page itself, to be changed; nothing where it holds zeros or was never written. */
  at(page: number): Uint8Array | undefined {
    const frame = this.#frames[page] as FrameNumber;
    if (frame === none) return undefined;
    return this.#memory.bytes.subarray(frame * pageBytes, (frame + 1) * pageBytes);
  }

  /**
   * Writes a map that nobody uses yet, or changes what has changed since. Where a page is to have
   * content and none has come, it is zeros.
   *
   * @param states of each page, the boot ROM's last
   * @param isLast the frames in the map are the map's from now on; the others are given back
   */
  place(map: PageMap, states: Uint8Array, isLast: boolean): PlacedPages {
    const { words, zeroFrame } = this.#memory;
    const frames = this.#frames;
    const zeros = zeroFrame * pageBytes + entryPresent;
    const first = map.address >>> 2;
    let resident = 0;
    let absent = 0;
    // One loop for all, which the engine knows by the time that the guest stands still.
    for (let page = 0; page <= this.pages; page++) {
      const state = states[page] as number;
      const frame = frames[page] as FrameNumber;
      let entry = 0;
      if (state === pageStates.resident) {
        const isRom = page === this.pages;
        if (!isRom) resident++;
        if (frame === none) entry = zeros + entryShared;
        else entry = frame * pageBytes + (isRom ? entryPresent : privateEntry);
        if (isLast) frames[page] = none;
      } else if (state === pageStates.absent) {
        entry = entryAbsent;
        absent++;
      } else if (state === pageStates.readZeros) entry = zeros;
      words[first + page * (slotBytes / 4)] = entry;
      if (isLast && frames[page] !== none) this.writeZeros(page);
    }
    return { resident: resident + absent, absent };
  }

  /** Gives back the frames that are the stage's. */
  dispose(): void {
    for (let page = 0; page <= this.pages; page++) this.writeZeros(page);
  }

  #allocate(page: number, bytes: Uint8Array): void {
    const frame = this.#memory.allocateFilled(bytes);
    if (frame === undefined) {
      throw new Failure(
        "machine-memory-full",
        "The machine memory has no room for the pages of one more VM.",
        "Run fewer VMs in this worker, or give it a larger machine memory.",
      );
    }
    this.#frames[page] = frame;
  }
}

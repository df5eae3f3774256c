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
  /** By page; none is left when they are a map's. */
  #frames: Int32Array;
  /** The map that was written last, and what was to be in its pages. */
  #map: PageMap | undefined;
  readonly #states: Uint8Array;
  /** By page: whether it has got or lost a frame since. */
  readonly #isStale: Uint8Array;
  /** Pages with a frame that are not to have content, by the last map. */
  readonly #strays = new Set<number>();
  #resident: Pages = 0;
  #absent: Pages = 0;

  constructor(memory: MachineMemory, pages: Pages) {
    this.#memory = memory;
    this.pages = pages;
    this.#frames = new Int32Array(pages + 1);
    this.#states = new Uint8Array(pages + 1);
    this.#isStale = new Uint8Array(pages + 1).fill(1);
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
    this.#isStale[page] = 1;
    this.#memory.releaseFrame(frame);
  }

  /** The page itself, to be changed; nothing where it holds zeros or was never written. */
  at(page: number): Uint8Array | undefined {
    const frame = this.#frames[page] as FrameNumber;
    if (frame === none) return undefined;
    return this.#memory.bytes.subarray(frame * pageBytes, (frame + 1) * pageBytes);
  }

  /**
   * Writes a map that nobody uses yet, or what has changed since it was written. Where a page is to have
   * content and none has come, it is zeros.
   *
   * @param states of each page, the boot ROM's last
   * @param isLast the frames in the map are the map's from now on; the others are given back
   */
  place(map: PageMap, states: Uint8Array, isLast: boolean): PlacedPages {
    if (this.#map !== map) this.#begin(map);
    const before = this.#states;
    const isStale = this.#isStale;
    for (let page = 0; page <= this.pages; page++) {
      if (states[page] === before[page] && isStale[page] === 0) continue;
      this.#placePage(map, page, states[page] as number);
    }
    if (isLast) this.giveAway();
    return { resident: this.#resident + this.#absent, absent: this.#absent };
  }

  #begin(map: PageMap): void {
    this.#map = map;
    this.#states.fill(pageStates.none);
    this.#isStale.fill(1);
    this.#strays.clear();
    this.#resident = 0;
    this.#absent = 0;
  }

  #placePage(map: PageMap, page: number, state: number): void {
    const { words, zeroFrame } = this.#memory;
    const frame = this.#frames[page] as FrameNumber;
    const isRom = page === this.pages;
    const zeros = zeroFrame * pageBytes + entryPresent;
    let entry = 0;
    if (state === pageStates.resident) {
      if (frame === none) entry = zeros + entryShared;
      else entry = frame * pageBytes + (isRom ? entryPresent : privateEntry);
    } else if (state === pageStates.absent) entry = entryAbsent;
    else if (state === pageStates.readZeros) entry = zeros;
    words[(map.address >>> 2) + page * (slotBytes / 4)] = entry;
    this.#count(this.#states[page] as number, isRom, -1);
    this.#count(state, isRom, 1);
    this.#states[page] = state;
    this.#isStale[page] = 0;
    if (frame !== none && state !== pageStates.resident) this.#strays.add(page);
    else this.#strays.delete(page);
  }

  #count(state: number, isRom: boolean, by: 1 | -1): void {
    if (state === pageStates.resident && !isRom) this.#resident += by;
    if (state === pageStates.absent) this.#absent += by;
  }

  /** The frames in the map that was written last are the map's; the others are given back. */
  giveAway(): void {
    for (const page of this.#strays) this.writeZeros(page);
    this.#frames = new Int32Array(0);
  }

  /** Gives back the frames that are the stage's. */
  dispose(): void {
    for (let page = 0; page < this.#frames.length; page++) this.writeZeros(page);
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
    this.#isStale[page] = 1;
  }
}

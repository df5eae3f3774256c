/**
 * RAM that comes page by page, in any order, before there is a machine: each page is put into a frame
 * of its own, and the machine's map gets the frames without copying them.
 *
 *     stage.write(page, bytes);           // any number of times
 *     stage.place(map, states);           // as often as one likes: the frames stay the stage's
 *     stage.handOver(states);             // from now on the frames that were placed are the map's
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
    const known = this.#frames[page] as FrameNumber;
    const frame = known === none ? this.#allocate(page) : known;
    this.#memory.bytes.set(bytes, frame * pageBytes);
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
   */
  place(map: PageMap, states: Uint8Array): void {
    const { words, zeroFrame } = this.#memory;
    const zeros = zeroFrame * pageBytes + entryPresent;
    const first = map.address >>> 2;
    for (let page = 0; page <= this.pages; page++) {
      const state = states[page];
      let entry = 0;
      if (state === pageStates.resident) {
        const frame = this.#frames[page] as FrameNumber;
        if (frame === none) entry = zeros + entryShared;
        else entry = frame * pageBytes + (page === this.pages ? entryPresent : privateEntry);
      } else if (state === pageStates.absent) entry = entryAbsent;
      else if (state === pageStates.readZeros) entry = zeros;
      words[first + page * (slotBytes / 4)] = entry;
    }
  }

  /** The frames that `place` has put into a map are the map's; the others are given back. */
  handOver(states: Uint8Array): void {
    for (let page = 0; page <= this.pages; page++) {
      if (states[page] !== pageStates.resident) this.writeZeros(page);
    }
    this.#frames.fill(none);
  }

  /** Gives back the frames that are the stage's. */
  dispose(): void {
    for (let page = 0; page <= this.pages; page++) this.writeZeros(page);
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
    this.#frames[page] = frame;
    return frame;
  }
}

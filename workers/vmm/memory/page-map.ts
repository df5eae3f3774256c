/** A VM's guest map as JavaScript sees it: the slots of `guest-map.ts`, and who may have the frames. */
import type { FrameNumber, MachineAddress, Pages } from "../base/units.ts";
import {
  entryAbsent,
  entryAccessed,
  entryPresent,
  entryShared,
  guestMapBytes,
  hintsOf,
  recordsInSlot,
  slotBytes,
  slotOf,
} from "./guest-map.ts";
import { pageBytes } from "./layout.ts";
import type { MachineMemory } from "./machine-memory.ts";

export class PageMap {
  readonly address: MachineAddress;
  /** Of RAM; the ROM's page is the one behind them. */
  readonly pages: Pages;
  /** The entry of a page that was read and never written. */
  readonly zeros: number;
  readonly #memory: MachineMemory;

  constructor(memory: MachineMemory, pages: Pages) {
    this.#memory = memory;
    this.pages = pages;
    this.zeros = memory.zeroFrame * pageBytes + entryPresent;
    this.address = memory.allocate(guestMapBytes(pages));
  }

  slot(page: number): MachineAddress {
    return slotOf(this.address, page);
  }

  entry(page: number): number {
    return this.#memory.word(this.slot(page));
  }

  set(page: number, entry: number): void {
    this.#memory.setWord(this.slot(page), entry);
  }

  hasRecords(page: number): boolean {
    return this.#memory.word(this.slot(page) + recordsInSlot) !== 0;
  }

  isAbsent(page: number): boolean {
    return (this.entry(page) & entryAbsent) !== 0;
  }

  /** Whether the page is more than zeros that were read: it counts as resident, here or not. */
  hasContent(page: number): boolean {
    const entry = this.entry(page);
    if (entry & (entryShared | entryAbsent)) return true;
    return entry !== 0 && Math.floor(entry / pageBytes) !== this.#memory.zeroFrame;
  }

  /** Whether the page has content, and a frame that holds it. */
  isHere(page: number): boolean {
    return this.hasContent(page) && !this.isAbsent(page);
  }

  frame(page: number): FrameNumber {
    return Math.floor(this.entry(page) / pageBytes);
  }

  /** The frame's bytes. */
  content(page: number): Uint8Array {
    const start = this.frame(page) * pageBytes;
    return this.#memory.bytes.subarray(start, start + pageBytes);
  }

  /** Whether the page, which is here, is all zeros. */
  isZero(page: number): boolean {
    const { words } = this.#memory;
    const first = this.frame(page) * (pageBytes / 4);
    for (let i = first; i < first + pageBytes / 4; i++) if (words[i] !== 0) return false;
    return true;
  }

  /** What read entries have left while the page was shared; there is nothing left afterwards. */
  takeHints(page: number): number {
    const at = hintsOf(this.address, this.pages, page);
    const hints = this.#memory.word(at);
    if (hints !== 0) this.#memory.setWord(at, 0);
    return hints;
  }

  /** All pages of RAM and ROM that have an entry, in order. */
  touched(): number[] {
    const { words } = this.#memory;
    const pages: number[] = [];
    const first = this.address >>> 2;
    for (let page = 0; page <= this.pages; page++) {
      if (words[first + page * (slotBytes / 4)] !== 0) pages.push(page);
    }
    return pages;
  }

  /** As `touched`, those apart that were only read: one look at each page. */
  touchedByKind(): { readonly resident: number[]; readonly readZeros: number[] } {
    const { words } = this.#memory;
    const resident: number[] = [];
    const readZeros: number[] = [];
    const first = this.address >>> 2;
    const zeros = this.zeros | 0;
    const mask = ~entryAccessed;
    for (let page = 0; page <= this.pages; page++) {
      const entry = words[first + page * (slotBytes / 4)] as number;
      if (entry === 0) continue;
      if ((entry & mask) === zeros) readZeros.push(page);
      else resident.push(page);
    }
    return { resident, readZeros };
  }

  /** One holder less; the frame of zeros is everybody's for ever. */
  release(frame: FrameNumber): void {
    if (frame !== this.#memory.zeroFrame) this.#memory.releaseFrame(frame);
  }

  /** Gives frames and map back. */
  dispose(): void {
    for (const page of this.touched()) if (this.isHere(page)) this.release(this.frame(page));
    this.abandon();
  }

  /** Gives the map back: the frames are somebody else's. */
  abandon(): void {
    this.#memory.free(this.address, guestMapBytes(this.pages));
  }
}

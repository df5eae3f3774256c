/**
 * A VM's guest-physical RAM, and the page of ROM behind it: a map from pages to frames, which lies
 * in machine memory so that generated code walks it (`guest-map.ts`).
 *
 * A page's frame may be shared with other VMs and with images (`capture`): the page's next store
 * makes a copy. It may be absent (`supply`), and while a dirty log is open the first store after each
 * harvest is noted. All of that is one mechanism, the missing `entryWritable`, and no guest can tell.
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
import {
  entryAbsent,
  entryAccessed,
  entryPresent,
  entryShared,
  entryWritable,
  pageOfSlot,
  privateEntry,
  slotBytes,
} from "./guest-map.ts";
import type { GuestMemory } from "./guest-memory.ts";
import { isZero } from "./is-zero.ts";
import { pageBytes } from "./layout.ts";
import type { MachineMemory } from "./machine-memory.ts";
import type { MapTlbs } from "./map-tlbs.ts";
import { NotedPages, type PageLog } from "./page-log.ts";
import { PageMap } from "./page-map.ts";
import type { PageSource } from "./page-source.ts";
import { type PageContent, RamImage } from "./ram-image.ts";
import type { RamPort, Residence } from "./ram-port.ts";
import type { PlacedPages } from "./ram-stage.ts";

/** An access of a few bytes takes the host as long as a copy of this many. */
const accessCost: Bytes = 64;
/** A sweep is due when there are this many more frames, and half as many again, than after the last. */
const fewestBetweenSweeps: Pages = 1024;

/** A map that is filled already. */
export interface FilledMap extends PlacedPages {
  readonly map: PageMap;
  readonly sweepAt: Pages;
}

export class GuestRam implements GuestMemory, RamPort {
  readonly base: GuestPhysicalAddress;
  readonly bytes: Bytes;
  readonly pages: Pages;
  readonly #map: PageMap;
  readonly #memory: MachineMemory;
  readonly #limit: Pages;
  readonly #tlbs: MapTlbs;
  readonly #onCodeWrite: (slot: MachineAddress) => void;
  readonly #onSweepDue: () => void;
  readonly #source: PageSource | undefined;
  readonly #dirtyLogs = new Set<NotedPages>();
  readonly #accessLogs = new Set<NotedPages>();
  /** Pages that are never swept. */
  readonly #pinned = new Set<number>();
  #sweepAt: Pages = fewestBetweenSweeps;
  #resident: Pages = 0;
  #absent: Pages = 0;
  #moved: Bytes = 0;

  /**
   * @param resources.limit most pages that may be materialised; beyond it a store fails the VM
   * @param resources.onCodeWrite called before bytes of a page with pre-decoded code change
   * @param resources.onSweepDue `isSweepDue` from now on
   * @param resources.image what is in RAM and ROM from the beginning, or whose RAM is to be shared;
   *   nothing where it is not said
   * @param resources.filled what is there in place of an image; its frames are this RAM's from now on
   * @param resources.source brings absent pages of the image that are read or written from here
   */
  constructor(resources: {
    memory: MachineMemory;
    base: GuestPhysicalAddress;
    bytes: Bytes;
    limit: Pages;
    tlbs: MapTlbs;
    onCodeWrite: (slot: MachineAddress) => void;
    onSweepDue: () => void;
    image?: RamImage | GuestRam | undefined;
    filled?: FilledMap | undefined;
    source?: PageSource | undefined;
  }) {
    this.#memory = resources.memory;
    this.base = resources.base;
    this.bytes = resources.bytes;
    this.pages = resources.bytes / pageBytes;
    this.#limit = resources.limit;
    this.#tlbs = resources.tlbs;
    this.#onCodeWrite = resources.onCodeWrite;
    this.#onSweepDue = resources.onSweepDue;
    this.#source = resources.source;
    const { image, filled } = resources;
    this.#map = filled?.map ?? new PageMap(this.#memory, this.pages);
    if (image instanceof GuestRam) this.#shareWith(image);
    else if (image) this.#adopt(image);
    if (filled) {
      this.#resident = filled.resident;
      this.#absent = filled.absent;
      this.#sweepAt = filled.sweepAt;
    }
  }

  /** Address of the guest map. */
  get map(): MachineAddress {
    return this.#map.address;
  }

  get residentPages(): Pages {
    return this.#resident;
  }

  get absentPages(): Pages {
    return this.#absent;
  }

  /** What was read and written by other than the guest's own instructions; see `accessCost`. */
  get moved(): Bytes {
    return this.#moved;
  }

  entry(page: number): number {
    return this.#map.entry(page);
  }

  get isSweepDue(): boolean {
    return this.#resident >= this.#sweepAt;
  }

  /** Keeps a page's frame from being swept. @returns the page's slot in the map */
  pin(page: number): MachineAddress {
    this.#pinned.add(page);
    this.materialise(page);
    return this.#map.slot(page);
  }

  /** The ROM's page, if there is one. */
  get rom(): Uint8Array | undefined {
    return this.entry(this.pages) === 0 ? undefined : this.#map.content(this.pages);
  }

  /** Fills the ROM's page. */
  placeRom(bytes: Uint8Array): void {
    const frame = this.#newFrame(bytes);
    this.#map.set(this.pages, frame * pageBytes + entryPresent);
  }

  /**
   * Gives back the frames of pages of zeros. Nothing but the map may know a frame now, as in the
   * middle of an instruction.
   *
   * @param dropCode the page's records are to go, if it has any
   */
  sweep(dropCode: (slot: MachineAddress) => void): void {
    const before = this.#resident;
    const map = this.#map;
    for (const page of map.touched()) {
      // An absent page has other content than zeros.
      if (page === this.pages || this.#pinned.has(page) || !map.isHere(page)) continue;
      if (!map.isZero(page)) continue;
      const frame = map.frame(page);
      if (map.hasRecords(page)) dropCode(map.slot(page));
      map.set(page, 0);
      this.#resident--;
      map.release(frame);
    }
    this.#sweepAt = this.#resident + Math.max(fewestBetweenSweeps, this.#resident >> 1);
    if (this.#resident < before) this.#tlbs.flush();
  }

  /**
   * Makes a page writable: with a frame of its own, and known to all dirty logs.
   *
   * @returns its map entry
   * @throws Failure `guest-memory-exhausted`, `machine-memory-full`
   */
  materialise(page: number): number {
    const known = this.entry(page);
    for (const log of this.#accessLogs) log.note(page);
    if (known & entryWritable) return known;
    if (this.#map.hasContent(page)) return this.#unlock(page, this.#presentEntry(page));
    const frame = this.#resident < this.#limit ? this.#memory.allocateFrame() : undefined;
    if (frame === undefined) {
      throw new Failure(
        "guest-memory-exhausted",
        `The VM needs more than ${this.#resident} pages of memory.`,
        "Raise the memory limit of the assignment, or make the guest use less.",
      );
    }
    const entry = frame * pageBytes + privateEntry;
    this.#resident++;
    this.#map.set(page, entry);
    for (const log of this.#dirtyLogs) log.note(page);
    if (known !== 0) this.#tlbs.flush();
    if (this.isSweepDue) this.#onSweepDue();
    return entry;
  }

  holdsCode(page: number): boolean {
    return this.#map.hasRecords(page);
  }

  isAbsent(page: number): boolean {
    return this.#map.isAbsent(page);
  }

  supply(page: number, content: Uint8Array): void {
    if (!this.isAbsent(page)) return;
    const frame = this.#newFrame(content.subarray(0, pageBytes));
    this.#map.set(page, frame * pageBytes + entryPresent);
    this.#absent--;
  }

  read(address: GuestPhysicalAddress, target: Uint8Array): boolean {
    return this.#eachPiece(address, target.length, (page, inPage, done, length) => {
      const piece = target.subarray(done, done + length);
      if (this.#presentEntry(page) === 0) piece.fill(0);
      else piece.set(this.#map.content(page).subarray(inPage, inPage + length));
    });
  }

  write(address: GuestPhysicalAddress, source: Uint8Array): boolean {
    return this.#eachPiece(address, source.length, (page, inPage, done, length) => {
      const piece = source.subarray(done, done + length);
      if (!this.#map.hasContent(page) && isZero(piece)) return;
      this.materialise(page);
      if (this.#map.hasRecords(page)) this.#onCodeWrite(this.#map.slot(page));
      this.#map.content(page).set(piece, inPage);
    });
  }

  /** Calls `visit` for each page that has content, in order; those that are absent are brought. */
  forEachResident(visit: (page: number, content: Uint8Array) => void): void {
    for (const page of this.#map.touched()) {
      if (page === this.pages || !this.#map.hasContent(page)) continue;
      this.#presentEntry(page);
      visit(page, this.#map.content(page));
    }
  }

  capture(only?: Iterable<number>): RamImage {
    const pages: number[] = [];
    const frames: FrameNumber[] = [];
    const readZeros: number[] = [];
    const absent: number[] = [];
    for (const page of only ?? this.#map.touched()) {
      const entry = this.entry(page);
      if (entry === 0) continue;
      if (entry & entryAbsent) absent.push(page);
      else if (!this.#map.hasContent(page)) readZeros.push(page);
      else {
        const shared = ((entry | entryShared) & ~entryWritable) >>> 0;
        if (shared !== entry) this.#map.set(page, shared);
        pages.push(page);
        frames.push(Math.floor(entry / pageBytes));
      }
    }
    this.#tlbs.noteShared();
    this.#tlbs.withdrawWrites();
    const state = { pages, frames, readZeros, absent, sweepAt: this.#sweepAt };
    return RamImage.sharing(this.#memory, { ...state, pinned: [...this.#pinned] });
  }

  residence(): Residence {
    return { ...this.#map.touchedByKind(), sweepAt: this.#sweepAt };
  }

  *contents(pages: Iterable<number>): Generator<PageContent> {
    for (const page of pages) {
      if (this.#map.isHere(page)) yield { page, bytes: this.#map.content(page) };
    }
  }

  openDirtyLog(): PageLog {
    const log = new NotedPages(this.pages, {
      collect: () => {},
      watch: (pages) => this.#protect(pages),
      close: () => void this.#dirtyLogs.delete(log),
    });
    this.#protect(this.#map.touched());
    this.#dirtyLogs.add(log);
    return log;
  }

  openAccessLog(): PageLog {
    const log = new NotedPages(this.pages, {
      collect: () => this.#collectAccessed(),
      watch: () => {},
      close: () => void this.#accessLogs.delete(log),
    });
    this.#collectAccessed();
    this.#accessLogs.add(log);
    return log;
  }

  /** Gives frames and map back. */
  dispose(): void {
    this.#map.dispose();
    this.#resident = 0;
    this.#absent = 0;
  }

  #adopt(image: RamImage): void {
    image.forEach((page, frame) => {
      if (frame !== this.#memory.zeroFrame) this.#memory.retainFrame(frame);
      this.#map.set(page, frame * pageBytes + entryPresent + entryShared);
      if (page < this.pages) this.#resident++;
    });
    for (const page of image.absent) this.#map.set(page, entryAbsent);
    for (const page of image.readZeros) this.#map.set(page, this.#map.zeros);
    for (const page of image.pinned) this.#pinned.add(page);
    this.#absent = image.absent.length;
    this.#resident += this.#absent;
    this.#sweepAt = image.sweepAt;
  }

  /** As to adopt what the other one has captured, but each page is looked at once. */
  #shareWith(other: GuestRam): void {
    const { words, zeroFrame } = this.#memory;
    const step = slotBytes / 4;
    for (let page = 0, from = other.map >>> 2, to = this.map >>> 2; page <= this.pages; page++) {
      const entry = (words[from] as number) >>> 0;
      const frame = Math.floor(entry / pageBytes);
      const isZeros = frame === zeroFrame;
      if (entry & entryAbsent) {
        words[to] = entryAbsent;
        this.#absent++;
      } else if (isZeros && !(entry & entryShared)) words[to] = this.#map.zeros;
      else if (entry !== 0) {
        if (!isZeros) this.#memory.retainFrame(frame);
        words[from] = (entry | entryShared) & ~entryWritable;
        words[to] = frame * pageBytes + entryPresent + entryShared;
        if (page < this.pages) this.#resident++;
      }
      from += step;
      to += step;
    }
    this.#resident += this.#absent;
    for (const page of other.#pinned) this.#pinned.add(page);
    this.#sweepAt = other.#sweepAt;
    other.#tlbs.noteShared();
    other.#tlbs.withdrawWrites();
  }

  /** Makes a page writable that has content. */
  #unlock(page: number, known: number): number {
    const old = Math.floor(known / pageBytes);
    let frame = old;
    const isAlone = old !== this.#memory.zeroFrame && this.#memory.references(old) === 1;
    if (known & entryShared && !isAlone) {
      frame = this.#newFrame(this.#map.content(page));
      this.#map.release(old);
    }
    const entry = frame * pageBytes + privateEntry;
    this.#map.set(page, entry);
    const hints = this.#map.takeHints(page);
    if (hints !== 0 && frame !== old) this.#tlbs.redirectReads(this.#map.slot(page), hints);
    for (const log of this.#dirtyLogs) log.note(page);
    return entry;
  }

  /** Has all access logs know of what was accessed until now, and looks for more from now on. */
  #collectAccessed(): void {
    for (const page of this.#map.touched()) {
      const entry = this.entry(page);
      if (!(entry & entryAccessed)) continue;
      this.#map.set(page, entry - entryAccessed);
      for (const log of this.#accessLogs) log.note(page);
    }
    for (const slot of this.#tlbs.fetchSlots()) {
      const page = pageOfSlot(this.map, slot);
      for (const log of this.#accessLogs) log.note(page);
    }
    this.#tlbs.withdrawData();
  }

  #protect(pages: Iterable<number>): void {
    let hasChanged = false;
    for (const page of pages) {
      const entry = this.entry(page);
      if (!(entry & entryWritable)) continue;
      this.#map.set(page, entry - entryWritable);
      hasChanged = true;
    }
    if (hasChanged) this.#tlbs.withdrawWrites();
  }

  /** The entry of a page, which is here afterwards; 0 where it was never touched. */
  #presentEntry(page: number): number {
    for (const log of this.#accessLogs) log.note(page);
    if (this.isAbsent(page)) {
      const content = this.#source?.fetch(page);
      if (!content) throw new Error(`page ${page} is absent, and nobody can bring it`);
      this.supply(page, content);
    }
    return this.entry(page);
  }

  #newFrame(content: Uint8Array): FrameNumber {
    const frame = this.#memory.allocateFilled(content);
    if (frame === undefined) {
      throw new Failure(
        "machine-memory-full",
        "The machine memory has no frame left for a page of this VM.",
        "Run fewer VMs in this worker, or give it a larger machine memory.",
      );
    }
    return frame;
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

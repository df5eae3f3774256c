/**
 * The regions that there are: their numbers, entries and links, and the code pages that each is
 * part of. Installing one makes entries of records; dropping it makes them records again.
 */
import type { MachineAddress } from "../base/units.ts";
import type { WasmTable } from "../base/wasm-compiler.ts";
import { readEntryRegion, writeArrivals, writeEntry } from "../hart/region-entry.ts";
import { pageBytes, regionLinkBytes, regionLinksBase } from "../memory/layout.ts";
import type { MachineMemory } from "../memory/machine-memory.ts";
import { arrivalsToJoin } from "./arrivals-to-join.ts";
import type { LibraryRegion } from "./library-region.ts";
import { NumberPool } from "./number-pool.ts";
import type { CodePage, RegionCode } from "./region-code.ts";

/** What the translator needs of the cache of decoded code. */
export interface CodeRecords {
  isDecoded(page: MachineAddress, offset: number): boolean;
  /** @returns the operation that stood there */
  setEntry(page: MachineAddress, offset: number, number: number): number;
  /** The number of the entry that a record is; undefined where it is none. */
  entryAt(page: MachineAddress, offset: number): number | undefined;
  clearEntry(page: MachineAddress, offset: number, number: number, operation: number): void;
  /** How often execution came to a place that is no entry. */
  mark(page: MachineAddress, offset: number): number;
  /** Forgets that. */
  clearMark(page: MachineAddress, offset: number): void;
}

/** Where an entry stands. */
export interface EntryPlace {
  readonly page: MachineAddress;
  readonly offset: number;
}

/** How much is done for two regions to become one; more when execution has come by far more often. */
export type JoinEffort = "usual" | "great";

interface Entry {
  readonly number: number;
  readonly page: MachineAddress;
  readonly offset: number;
  readonly operation: number;
}

/** Where a region comes from. */
export interface RegionOrigin {
  /** Virtual address that its places count from, where it was found. */
  readonly base: bigint;
  /** The hot places that it was made for. */
  readonly starts: readonly number[];
  /** How many times it was made anew, of several or of one. */
  readonly joins: number;
  /** Places at which it was left often, behind which it is entered. */
  readonly resumed: ReadonlySet<number>;
}

export interface Region extends RegionOrigin {
  readonly number: number;
  readonly instructions: number;
  readonly pages: readonly MachineAddress[];
  /** Distances of the pages from the first, in the same order. */
  readonly distances: readonly number[];
  readonly entries: readonly Entry[];
  /** Whose function it has. */
  readonly translation: LibraryRegion;
}

/** A region with its code, before it is installed. */
export interface RegionDraft extends RegionOrigin {
  readonly code: RegionCode;
  /** Places that can be entered, in the order of the function's entries. */
  readonly entries: readonly number[];
  /** Distances of its pages from the first, in the order of the region's links. */
  readonly distances: readonly number[];
  /** Regions that it takes the place of. */
  readonly replaces: readonly Region[];
}

/** How many times as often execution must come where more is to be done than usual. */
const greatArrivals = 8;

/** Each may be a module of the host's, and V8 has died of some 30,000 on all threads together. */
function mostRegionsOf(pcpus: number): number {
  return Math.floor(Math.min(10_000, 20_000 / pcpus));
}

/** The page and the offset in it of a place of a region. */
export function placeIn(
  code: RegionCode,
  place: number,
): { readonly page: MachineAddress; readonly offset: number } {
  const distance = Math.floor(place / pageBytes);
  const page = code.pages.get(distance) as CodePage;
  return { page: page.records, offset: place - distance * pageBytes };
}

export class RegionStore {
  readonly #memory: MachineMemory;
  readonly #view: DataView;
  readonly #table: WasmTable;
  readonly #records: CodeRecords;
  readonly #mostRegions: number;
  readonly #joinArrivals: number;
  /** Entries that have gone on counting, and what is done when they have come to the end. */
  readonly #postponed = new Map<number, JoinEffort>();
  readonly #regionNumbers: NumberPool;
  readonly #entryNumbers: NumberPool;
  /** In the order in which they were made. */
  readonly #live = new Map<number, Region>();
  /** How many regions there are of a translation. */
  readonly #installed = new Map<LibraryRegion, number>();
  readonly #regionsOf = new Map<MachineAddress, Set<Region>>();
  readonly statistics = { regions: 0, entries: 0, dropped: 0, evicted: 0 };

  /** @param resources.mostRegions how many there are at a time at the most */
  constructor(resources: {
    memory: MachineMemory;
    table: WasmTable;
    records: CodeRecords;
    joinArrivals: number;
    mostRegions?: number | undefined;
  }) {
    this.#memory = resources.memory;
    this.#view = new DataView(resources.memory.wasm.buffer);
    this.#table = resources.table;
    this.#records = resources.records;
    this.#joinArrivals = resources.joinArrivals;
    const { regionNumbers, entryNumbers, pcpus } = resources.memory;
    this.#regionNumbers = new NumberPool(regionNumbers);
    this.#entryNumbers = new NumberPool(entryNumbers);
    this.#mostRegions = resources.mostRegions ?? mostRegionsOf(pcpus);
  }

  /** What there is of regions and their entries now. */
  get inUse(): { readonly regions: number; readonly entries: number } {
    return { regions: this.#live.size, entries: this.#entryNumbers.used };
  }

  get(number: number): Region | undefined {
    return this.#live.get(number);
  }

  isLive(region: Region): boolean {
    return this.#live.get(region.number) === region;
  }

  /** The region that has an entry at an offset of a page. */
  at(page: MachineAddress, offset: number): Region | undefined {
    const number = this.#records.entryAt(page, offset);
    return number === undefined ? undefined : this.#live.get(readEntryRegion(this.#view, number));
  }

  /**
   * Whether two regions, between which execution has come as often as the second one's size asks for,
   * are to become one now. If not, it is asked again when it has come more often.
   */
  joinDue(from: Region, to: Region, { page, offset }: EntryPlace): JoinEffort | undefined {
    const number = this.#records.entryAt(page, offset);
    if (number === undefined) return undefined;
    const counted = arrivalsToJoin(this.#joinArrivals, to.instructions);
    const needed = arrivalsToJoin(this.#joinArrivals, from.instructions + to.instructions);
    const postponed = this.#postponed.get(number);
    if (postponed || needed <= counted) return postponed ?? "usual";
    this.#countOn(number, needed - counted, "usual");
    return undefined;
  }

  /**
   * Two regions have not become one: it is asked again when execution has come as often once more, or
   * many times as often where more effort is to be made.
   */
  postpone(regions: readonly Region[], { page, offset }: EntryPlace, effort: JoinEffort): void {
    const number = this.#records.entryAt(page, offset);
    if (number === undefined) return;
    const instructions = regions.reduce((sum, region) => sum + region.instructions, 0);
    const needed = arrivalsToJoin(this.#joinArrivals, instructions);
    this.#countOn(number, effort === "great" ? greatArrivals * needed : needed, effort);
  }

  #countOn(number: number, arrivals: number, effort: JoinEffort): void {
    this.#postponed.set(number, effort);
    writeArrivals(this.#view, number, this.#joinArrivals - arrivals);
  }

  /**
   * Where it throws, nothing of the region is there.
   *
   * @throws RangeError for one with more entries than there are, and what the host throws
   */
  install(draft: RegionDraft, translation: LibraryRegion): void {
    const { code, entries: places, distances, replaces, base, starts, joins, resumed } = draft;
    const { left, used } = this.#entryNumbers;
    if (places.length > left + used) throw new RangeError("it has more entries than there are");
    const pages = distances.map((distance) => (code.pages.get(distance) as CodePage).records);
    // One of them may have had to make room since the draft was begun.
    for (const old of replaces) if (this.isLive(old)) this.drop(old);
    this.#makeRoom(places.length);
    const number = this.#regionNumbers.take();
    const entries: Entry[] = [];
    const origin = { base, starts, joins, resumed };
    const { instructions } = translation;
    const made = { ...origin, number, instructions, pages, distances, entries, translation };
    try {
      this.#enter(made, places, code);
    } catch (error) {
      this.#withdraw(made);
      throw error;
    }
    this.statistics.regions++;
    this.statistics.entries += entries.length;
  }

  #enter(
    region: Region & { readonly entries: Entry[] },
    places: readonly number[],
    code: RegionCode,
  ): void {
    const { number, pages, entries, instructions, translation } = region;
    this.#table.set(number, translation.target);
    const links = regionLinksBase + number * regionLinkBytes;
    pages.forEach((page, i) => {
      this.#memory.setWord(links + 4 * i, page);
    });
    const arrivals = this.#joinArrivals - arrivalsToJoin(this.#joinArrivals, instructions);
    this.#live.set(number, region);
    this.#installed.set(translation, (this.#installed.get(translation) ?? 0) + 1);
    for (const page of pages) {
      const regions = this.#regionsOf.get(page) ?? new Set();
      this.#regionsOf.set(page, regions.add(region));
    }
    places.forEach((place, state) => {
      const { page, offset } = placeIn(code, place);
      // What is repeated here is entered where it is on its own.
      if (this.#records.entryAt(page, offset) !== undefined) return;
      const entry = this.#entryNumbers.take();
      const operation = this.#records.setEntry(page, offset, entry);
      entries.push({ number: entry, page, offset, operation });
      writeEntry(this.#view, entry, { operation, state, region: number, place, arrivals });
    });
  }

  drop(region: Region): void {
    this.#withdraw(region);
    this.statistics.dropped++;
  }

  dropAll(): void {
    for (const region of this.#live.values()) this.drop(region);
  }

  /** Whether a machine has a region of this translation. */
  isInstalled(translation: LibraryRegion): boolean {
    return this.#installed.has(translation);
  }

  /** All regions of one translation: they have one function. */
  dropAlike(translation: LibraryRegion): void {
    if (!this.isInstalled(translation)) return;
    for (const region of this.#live.values()) {
      if (region.translation === translation) this.drop(region);
    }
  }

  #withdraw(region: Region): void {
    for (const page of region.pages) {
      const regions = this.#regionsOf.get(page);
      regions?.delete(region);
      if (regions?.size === 0) this.#regionsOf.delete(page);
    }
    for (const { page, offset, number, operation } of region.entries) {
      this.#records.clearEntry(page, offset, number, operation);
      this.#entryNumbers.give(number);
      this.#postponed.delete(number);
    }
    const links = regionLinksBase + region.number * regionLinkBytes;
    this.#memory.bytes.fill(0, links, links + regionLinkBytes);
    this.#table.set(region.number, null);
    this.#regionNumbers.give(region.number);
    // One that could not be put in place may not have come so far.
    if (!this.#live.delete(region.number)) return;
    const { translation } = region;
    const left = (this.#installed.get(translation) ?? 0) - 1;
    if (left > 0) this.#installed.set(translation, left);
    else this.#installed.delete(translation);
  }

  /** The records of a page are gone: so are the regions that it is part of. */
  dropPage(page: MachineAddress): void {
    for (const region of this.#regionsOf.get(page) ?? []) this.drop(region);
  }

  /** Drops the oldest regions until there is room for one more; what is still hot comes back. */
  #makeRoom(entries: number): void {
    for (const region of this.#live.values()) {
      if (this.#live.size < this.#mostRegions && this.#entryNumbers.left >= entries) return;
      this.drop(region);
      this.statistics.evicted++;
    }
  }
}

/**
 * The second tier: translates hot code into regions, and drops them when their code changes.
 *
 * A region belongs to the code pages that it was translated from. Its entries stand in the records
 * of those pages, so the interpreter meets them where it meets the code; its links hold the pages'
 * addresses, so that the region itself sees whether a jump to another page leads where it should.
 */
import type { MachineAddress } from "../base/units.ts";
import { ModuleBuilder } from "../base/wasm/module-builder.ts";
import type { WasmCompiler, WasmTable } from "../base/wasm-compiler.ts";
import { readEntryRegion, writeEntry } from "../hart/region-entry.ts";
import { hartFields } from "../isa/hart-layout.ts";
import {
  mostEntries,
  mostRegions,
  pageBytes,
  regionLinkBytes,
  regionLinksBase,
} from "../memory/layout.ts";
import type { MachineMemory } from "../memory/machine-memory.ts";
import { tlbEntries, tlbEntryBytes } from "../mmu/tlb.ts";
import { emitRegion, type RegionFunction } from "./emit-region.ts";
import { NumberPool } from "./number-pool.ts";
import { type CodePage, type CodeView, findRegionCode, type RegionCode } from "./region-code.ts";

/** What the translator needs of the cache of decoded code. */
export interface CodeRecords {
  isDecoded(page: MachineAddress, offset: number): boolean;
  setEntry(page: MachineAddress, offset: number, number: number): number;
  /** The number of the entry that a record is. */
  entryAt(page: MachineAddress, offset: number): number | undefined;
  /** Forgets how often execution came to a place. */
  clearMark(page: MachineAddress, offset: number): void;
  clearEntry(page: MachineAddress, offset: number, number: number, operation: number): void;
}

interface Entry {
  readonly number: number;
  readonly page: MachineAddress;
  readonly offset: number;
  readonly operation: number;
}

interface Region {
  readonly number: number;
  readonly pages: readonly MachineAddress[];
  /** Distances of the pages, in the same order. */
  readonly distances: readonly number[];
  readonly entries: readonly Entry[];
  /** Virtual address that its places count from, where it was found. */
  readonly base: bigint;
  /** The hot places that it was made for. */
  readonly starts: readonly number[];
  /** How many times regions were joined to make it. */
  readonly joins: number;
}

/** Of a new region, and of one that is made of several. */
const mostInstructions = 500;
const mostJoinedInstructions = 1500;
/** A region is made anew for what turns out to belong to it, but not again and again. */
const mostJoins = 8;

/** Most places that are translated as one module. */
const batch = 16;
/** Looks at the interpreter, after which fewer are translated. */
const looksUntilTranslated = 8;

interface PlaceRequest {
  readonly hart: MachineAddress;
  readonly base: bigint;
  readonly offset: number;
  readonly page: MachineAddress;
}

interface JoinRequest {
  readonly hart: MachineAddress;
  readonly regions: readonly [Region, Region];
}

interface Draft extends Pick<Region, "base" | "starts" | "joins"> {
  readonly code: RegionCode;
  readonly region: RegionFunction;
  readonly replaces: readonly Region[];
}

function placeIn(code: RegionCode, place: number): { page: MachineAddress; offset: number } {
  const distance = Math.floor(place / pageBytes);
  const page = code.pages.get(distance) as CodePage;
  return { page: page.records, offset: place - distance * pageBytes };
}

export interface TranslationStatistics {
  modules: number;
  regions: number;
  instructions: number;
  bytes: number;
  entries: number;
  dropped: number;
}

export class Translator {
  readonly #compiler: WasmCompiler;
  readonly #memory: MachineMemory;
  readonly #view: DataView;
  readonly #table: WasmTable;
  readonly #records: CodeRecords;
  readonly #entryOperation: number;
  readonly #regionNumbers = new NumberPool(mostRegions);
  /** Number 0 marks a record that is no entry. */
  readonly #entryNumbers = new NumberPool(mostEntries, 1);
  #isPaused = false;
  #requests: (PlaceRequest | JoinRequest)[] = [];
  readonly #live = new Map<number, Region>();
  readonly #regionsOf = new Map<MachineAddress, Set<Region>>();
  readonly statistics: TranslationStatistics = {
    ...{ modules: 0, regions: 0, instructions: 0, bytes: 0, entries: 0, dropped: 0 },
  };

  constructor(resources: {
    compiler: WasmCompiler;
    memory: MachineMemory;
    table: WasmTable;
    records: CodeRecords;
    /** The operation of records that are entries. */
    entryOperation: number;
  }) {
    this.#compiler = resources.compiler;
    this.#memory = resources.memory;
    this.#view = new DataView(resources.memory.wasm.buffer);
    this.#table = resources.table;
    this.#records = resources.records;
    this.#entryOperation = resources.entryOperation;
  }

  /**
   * Takes note that the place at a hart's `pc` is hot. Where that is the entry of a region, it and
   * the one that execution came from are to become one. Places are translated some at a time, for a
   * module costs the host more than a function in it.
   */
  request(hart: MachineAddress, from: number): void {
    if (this.#isPaused) return;
    const pc = this.#memory.wide(hart + hartFields.pc.offset);
    const offset = Number(pc & 0xfffn);
    const base = pc - BigInt(offset);
    const page = this.#codeAt(hart, base, []).page(0);
    if (!page) return;
    const own = this.#regionAt(page, offset);
    const neighbour = this.#live.get(from);
    if (own && neighbour) this.#requests.push({ hart, regions: [neighbour, own] });
    else if (!own) this.#requests.push({ hart, base, offset, page: page.records });
    // Where regions are to be joined little is interpreted, and so looked at.
    if (this.#requests.length >= batch || own) this.translate();
    else this.#memory.setWord(hart + hartFields.translationDue.offset, looksUntilTranslated);
  }

  /** Translates what was asked for. */
  translate(): void {
    const module = new ModuleBuilder(this.#memory.bytes.length / 65_536);
    const drafts: Draft[] = [];
    for (const request of this.#requests.splice(0)) {
      const draft =
        "regions" in request ? this.#joined(request, drafts) : this.#begun(request, drafts);
      if (!draft) continue;
      const region = emitRegion(module, draft.code, this.#entryOperation);
      module.export(`${drafts.length}`, region.code);
      drafts.push({ ...draft, region });
    }
    if (drafts.length === 0) return;
    const bytes = module.encode();
    const exports = this.#compiler.instantiate(bytes, { memory: this.#memory.wasm, functions: {} });
    drafts.forEach((draft, i) => {
      this.#install(draft, exports[`${i}`]);
    });
    this.statistics.modules++;
    this.statistics.bytes += bytes.length;
  }

  /** The code of a region at a hot place. */
  #begun(
    { hart, base, offset, page }: PlaceRequest,
    drafts: readonly Draft[],
  ): Omit<Draft, "region"> | undefined {
    const view = this.#codeAt(hart, base, [], drafts);
    if (view.page(0)?.records !== page) {
      // Another address space is mapped by now: the place may become hot again.
      this.#records.clearMark(page, offset);
      return undefined;
    }
    if (view.isTaken({ records: page, frame: 0 }, offset)) return undefined;
    const code = findRegionCode(view, [offset], mostInstructions);
    return code && { code, base, starts: [offset], joins: 0, replaces: [] };
  }

  /** The code of one region in place of two between which execution goes to and fro. */
  #joined(
    { hart, regions: [region, other] }: JoinRequest,
    drafts: readonly Draft[],
  ): Omit<Draft, "region"> | undefined {
    const isThere = [region, other].every(
      (each) => this.#live.get(each.number) === each && this.#isMapped(hart, each),
    );
    const isReplaced = drafts.some(({ replaces }) =>
      replaces.some((r) => r === region || r === other),
    );
    const joins = region.joins + other.joins + 1;
    if (!isThere || isReplaced || joins > mostJoins) return undefined;
    const { base } = region;
    const distance = Number(BigInt.asIntN(64, other.base - base));
    const starts = [...new Set([...region.starts, ...other.starts.map((s) => s + distance)])];
    const view = this.#codeAt(hart, base, [region, other], drafts);
    const code = findRegionCode(view, starts, mostJoinedInstructions);
    if (!code?.isWhole) return undefined;
    return { code, base, starts, joins, replaces: [region, other] };
  }

  #install({ code, region, replaces, ...origin }: Draft, target: unknown): void {
    for (const old of replaces) this.#drop(old);
    if (this.#regionNumbers.left === 0 || this.#entryNumbers.left < region.entries.length) return;
    const number = this.#regionNumbers.take();
    this.#table.set(number, target);
    const links = regionLinksBase + number * regionLinkBytes;
    const pages = region.pages.map((distance) => (code.pages.get(distance) as CodePage).records);
    pages.forEach((page, i) => {
      this.#memory.setWord(links + 4 * i, page);
    });
    const entries = region.entries.flatMap((place, state): Entry[] => {
      const { page, offset } = placeIn(code, place);
      // What is repeated here is entered where it is on its own.
      if (this.#records.entryAt(page, offset) !== undefined) return [];
      const entry = this.#entryNumbers.take();
      const operation = this.#records.setEntry(page, offset, entry);
      writeEntry(this.#view, entry, { operation, state, region: number, place });
      return [{ number: entry, page, offset, operation }];
    });
    const made: Region = { ...origin, number, pages, distances: region.pages, entries };
    this.#live.set(number, made);
    for (const page of pages) {
      const regions = this.#regionsOf.get(page) ?? new Set();
      this.#regionsOf.set(page, regions.add(made));
    }
    this.statistics.regions++;
    this.statistics.entries += entries.length;
    for (const block of code.blocks.values()) {
      this.statistics.instructions += block.instructions.length;
    }
  }

  /** The region that has an entry at an offset of a page. */
  #regionAt(page: CodePage, offset: number): Region | undefined {
    const number = this.#records.entryAt(page.records, offset);
    return number === undefined ? undefined : this.#live.get(readEntryRegion(this.#view, number));
  }

  /** Whether a region's pages are mapped for a hart where they were when it was made. */
  #isMapped(hart: MachineAddress, { base, distances, pages }: Region): boolean {
    const view = this.#codeAt(hart, base, []);
    return distances.every((distance, i) => view.page(distance)?.records === pages[i]);
  }

  /** What there is of regions and their entries now. */
  get inUse(): { readonly regions: number; readonly entries: number } {
    return {
      regions: mostRegions - this.#regionNumbers.left,
      entries: mostEntries - 1 - this.#entryNumbers.left,
    };
  }

  /** The records of a page are gone: so are the regions that it is part of. */
  pageDropped(page: MachineAddress): void {
    for (const region of this.#regionsOf.get(page) ?? []) this.#drop(region);
    this.#regionsOf.delete(page);
    // Whatever was asked for there: the page may hold other code when it is translated.
    this.#requests = this.#requests.filter(
      (request) => "regions" in request || request.page !== page,
    );
  }

  /** While it is true there are no regions. */
  set isPaused(isPaused: boolean) {
    this.#isPaused = isPaused;
    if (!isPaused) return;
    this.#requests = [];
    for (const region of [...this.#live.values()]) this.#drop(region);
  }

  #drop(region: Region): void {
    for (const page of region.pages) this.#regionsOf.get(page)?.delete(region);
    for (const { page, offset, number, operation } of region.entries) {
      this.#records.clearEntry(page, offset, number, operation);
      this.#entryNumbers.give(number);
    }
    const links = regionLinksBase + region.number * regionLinkBytes;
    this.#memory.bytes.fill(0, links, links + regionLinkBytes);
    this.#table.set(region.number, null);
    this.#regionNumbers.give(region.number);
    this.#live.delete(region.number);
    this.statistics.dropped++;
  }

  /**
   * @param own regions that the code to be found replaces
   * @param drafts regions that there will be by then
   */
  #codeAt(
    hart: MachineAddress,
    base: bigint,
    own: readonly Region[],
    drafts: readonly Draft[] = [],
  ): CodeView {
    const memory = this.#memory;
    const table = memory.word(hart + hartFields.fetchTlb.offset);
    const generation = memory.wide(hart + hartFields.tlbGeneration.offset);
    return {
      page: (distance) => {
        const address = BigInt.asUintN(64, base + BigInt(distance * pageBytes));
        const slot = table + Number((address >> 12n) % BigInt(tlbEntries)) * tlbEntryBytes;
        if (memory.wide(slot) !== (address | generation)) return undefined;
        return { records: memory.word(slot + 8), frame: memory.word(slot + 12) };
      },
      halfword: (address) => memory.halfword(address),
      isTaken: (page, offset) => {
        const isDrafted = drafts.some(({ code, region }) =>
          region.entries.some((place) => {
            const entry = placeIn(code, place);
            return entry.page === page.records && entry.offset === offset;
          }),
        );
        if (isDrafted) return true;
        const number = this.#records.entryAt(page.records, offset);
        if (number === undefined) return false;
        const region = readEntryRegion(this.#view, number);
        return !own.some((candidate) => candidate.number === region);
      },
      isDecoded: (page, offset) => this.#records.isDecoded(page.records, offset),
    };
  }
}

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
import { emitRegion } from "./emit-region.ts";
import { NumberPool } from "./number-pool.ts";
import { type CodePage, type CodeView, findRegionCode, type RegionCode } from "./region-code.ts";

/** What the translator needs of the cache of decoded code. */
export interface CodeRecords {
  isDecoded(page: MachineAddress, offset: number): boolean;
  setEntry(page: MachineAddress, offset: number, number: number): number;
  /** The number of the entry that a record is. */
  entryAt(page: MachineAddress, offset: number): number | undefined;
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

export interface TranslationStatistics {
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
  readonly #live = new Map<number, Region>();
  readonly #regionsOf = new Map<MachineAddress, Set<Region>>();
  readonly statistics: TranslationStatistics = {
    ...{ regions: 0, instructions: 0, bytes: 0, entries: 0, dropped: 0 },
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
   * Translates the code at a hart's `pc`, if that is possible. Where that is the entry of a region,
   * it and the one that execution came from become one.
   */
  translate(hart: MachineAddress, from: number): void {
    if (this.#isPaused) return;
    const pc = this.#memory.wide(hart + hartFields.pc.offset);
    const own = this.#regionAt(hart, pc);
    const neighbour = this.#live.get(from);
    if (own) {
      if (neighbour && this.#isMapped(hart, neighbour)) this.#join(hart, neighbour, own);
      return;
    }
    const offset = Number(pc & 0xfffn);
    const base = pc - BigInt(offset);
    const code = findRegionCode(this.#codeAt(hart, base, []), [offset], mostInstructions);
    if (code) this.#install(code, { base, starts: [offset], joins: 0 });
  }

  /** Makes one region of two between which execution goes to and fro. */
  #join(hart: MachineAddress, region: Region, other: Region): void {
    const joins = region.joins + other.joins + 1;
    if (joins > mostJoins || !this.#isMapped(hart, other)) return;
    const { base } = region;
    const distance = Number(BigInt.asIntN(64, other.base - base));
    const starts = [...new Set([...region.starts, ...other.starts.map((s) => s + distance)])];
    const view = this.#codeAt(hart, base, [region, other]);
    const code = findRegionCode(view, starts, mostJoinedInstructions);
    if (!code?.isWhole) return;
    this.#drop(region);
    this.#drop(other);
    this.#install(code, { base, starts, joins });
  }

  #install(code: RegionCode, origin: Pick<Region, "base" | "starts" | "joins">): void {
    if (this.#regionNumbers.left === 0) return;
    const module = new ModuleBuilder(this.#memory.bytes.length / 65_536);
    const region = emitRegion(module, code, this.#entryOperation);
    if (this.#entryNumbers.left < region.entries.length) return;
    module.export("region", region.code);
    const bytes = module.encode();
    const exports = this.#compiler.instantiate(bytes, { memory: this.#memory.wasm, functions: {} });
    const number = this.#regionNumbers.take();
    this.#table.set(number, exports.region);
    const links = regionLinksBase + number * regionLinkBytes;
    const pages = region.pages.map((distance) => (code.pages.get(distance) as CodePage).records);
    pages.forEach((page, i) => {
      this.#memory.setWord(links + 4 * i, page);
    });
    const entries = region.entries.map((place, state): Entry => {
      const distance = Math.floor(place / pageBytes);
      const page = (code.pages.get(distance) as CodePage).records;
      const offset = place - distance * pageBytes;
      const entry = this.#entryNumbers.take();
      const operation = this.#takePlace(page, offset, entry);
      writeEntry(this.#view, entry, { operation, state, region: number, place });
      return { number: entry, page, offset, operation };
    });
    const made: Region = { ...origin, number, pages, distances: region.pages, entries };
    this.#live.set(number, made);
    for (const page of pages) {
      const regions = this.#regionsOf.get(page) ?? new Set();
      this.#regionsOf.set(page, regions.add(made));
    }
    this.statistics.regions++;
    this.statistics.bytes += bytes.length;
    this.statistics.entries += entries.length;
    for (const block of code.blocks.values()) {
      this.statistics.instructions += block.instructions.length;
    }
  }

  /** The region that has an entry at an address. */
  #regionAt(hart: MachineAddress, address: bigint): Region | undefined {
    const offset = Number(address & 0xfffn);
    const page = this.#codeAt(hart, address - BigInt(offset), []).page(0);
    const number = page && this.#records.entryAt(page.records, offset);
    return number === undefined ? undefined : this.#live.get(readEntryRegion(this.#view, number));
  }

  /** Whether a region's pages are mapped for a hart where they were when it was made. */
  #isMapped(hart: MachineAddress, { base, distances, pages }: Region): boolean {
    const view = this.#codeAt(hart, base, []);
    return distances.every((distance, i) => view.page(distance)?.records === pages[i]);
  }

  /** The records of a page are gone: so are the regions that it is part of. */
  pageDropped(page: MachineAddress): void {
    for (const region of this.#regionsOf.get(page) ?? []) this.#drop(region);
    this.#regionsOf.delete(page);
  }

  /** While it is true there are no regions. */
  set isPaused(isPaused: boolean) {
    this.#isPaused = isPaused;
    if (!isPaused) return;
    for (const region of [...this.#live.values()]) this.#drop(region);
  }

  /** The newest region wins a place; what stood there first stays known. */
  #takePlace(page: MachineAddress, offset: number, entry: number): number {
    for (const region of this.#regionsOf.get(page) ?? []) {
      for (const old of region.entries) {
        if (old.page !== page || old.offset !== offset) continue;
        this.#records.clearEntry(page, offset, old.number, old.operation);
      }
    }
    return this.#records.setEntry(page, offset, entry);
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

  /** @param own regions that the code to be found replaces */
  #codeAt(hart: MachineAddress, base: bigint, own: readonly Region[]): CodeView {
    const memory = this.#memory;
    const table = memory.word(hart + hartFields.fetchTlb.offset);
    const generation = memory.wide(hart + hartFields.fetchGeneration.offset);
    return {
      page: (distance) => {
        const address = BigInt.asUintN(64, base + BigInt(distance * pageBytes));
        const slot = table + Number((address >> 12n) % BigInt(tlbEntries)) * tlbEntryBytes;
        if (memory.wide(slot) !== (address | generation)) return undefined;
        return { records: memory.word(slot + 8), frame: memory.word(slot + 12) };
      },
      halfword: (address) => memory.halfword(address),
      isTaken: (page, offset) => {
        const number = this.#records.entryAt(page.records, offset);
        if (number === undefined) return false;
        const region = readEntryRegion(this.#view, number);
        return !own.some((candidate) => candidate.number === region);
      },
      isDecoded: (page, offset) => this.#records.isDecoded(page.records, offset),
    };
  }
}

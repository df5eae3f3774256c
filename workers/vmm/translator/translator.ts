/**
 * The second tier: translates hot code into regions, and drops them when their code changes.
 *
 * A region belongs to the code pages that it was translated from. Its entries stand in the records
 * of those pages, so the interpreter meets them where it meets the code; its links hold the pages'
 * addresses, so that the region itself sees whether a jump to another page leads where it should.
 */
import type { MachineAddress } from "../base/units.ts";
import { ModuleBuilder } from "../base/wasm/module-builder.ts";
import type { WasmCompiler, WasmExports, WasmTable } from "../base/wasm-compiler.ts";
import { hartFields } from "../isa/hart-layout.ts";
import { pageBytes } from "../memory/layout.ts";
import type { MachineMemory } from "../memory/machine-memory.ts";
import { tlbEntries, tlbEntryBytes } from "../mmu/tlb.ts";
import { emitRegion, type RegionFunction } from "./emit-region.ts";
import { type CodePage, type CodeView, findRegionCode, type RegionCode } from "./region-code.ts";
import {
  type CodeRecords,
  placeIn,
  type Region,
  type RegionDraft,
  RegionStore,
} from "./region-store.ts";

/** Of a new region, and of one that is made of several. */
const mostInstructions = 500;
const mostJoinedInstructions = 1500;
/** A region is made anew for what turns out to belong to it, but not again and again. */
const mostJoins = 8;
/** Most places that are translated as one module. */
const batch = 16;

/** A hot place that is to become a region. */
interface PlaceRequest {
  readonly hart: MachineAddress;
  readonly base: bigint;
  readonly offset: number;
  readonly page: MachineAddress;
}

/** Two regions that are to become one. */
interface JoinRequest {
  readonly hart: MachineAddress;
  readonly regions: readonly [Region, Region];
}

type Begun = Omit<RegionDraft, "region">;

/** What was translated since the beginning. */
export interface TranslationStatistics {
  readonly modules: number;
  readonly regions: number;
  readonly instructions: number;
  /** Of WebAssembly. */
  readonly bytes: number;
  readonly entries: number;
  readonly dropped: number;
  /** Of those dropped, the ones that made room for others. */
  readonly evicted: number;
  /** Regions that the host could not compile. */
  readonly failed: number;
}

export interface TranslatorResources {
  readonly compiler: WasmCompiler;
  readonly memory: MachineMemory;
  readonly table: WasmTable;
  readonly records: CodeRecords;
  /** The operation of records that are entries. */
  readonly entryOperation: number;
  /** Looks at the interpreter until what was found hot is translated; see `HeatPolicy`. */
  readonly patience: number;
  readonly mostRegions?: number;
}

export class Translator {
  readonly #resources: TranslatorResources;
  readonly #regions: RegionStore;
  readonly #own = { modules: 0, instructions: 0, bytes: 0, failed: 0 };
  #requests: (PlaceRequest | JoinRequest)[] = [];
  #isPaused = false;

  constructor(resources: TranslatorResources) {
    this.#resources = resources;
    this.#regions = new RegionStore(resources);
  }

  get statistics(): TranslationStatistics {
    return { ...this.#own, ...this.#regions.statistics };
  }

  /**
   * Takes note that the place at a hart's `pc` is hot. Where that is the entry of a region, it and
   * the one that execution came from are to become one. Places are translated some at a time, for a
   * module costs the host more than a function in it.
   *
   * @param from number of the region that execution came from, or another number
   */
  request(hart: MachineAddress, from: number): void {
    const { memory, patience, records } = this.#resources;
    const pc = memory.wide(hart + hartFields.pc.offset);
    const offset = Number(pc & 0xfffn);
    const base = pc - BigInt(offset);
    const page = this.#codeAt(hart, base).page(0);
    if (!page) return;
    if (this.#isPaused) {
      records.clearMark(page.records, offset);
      return;
    }
    const own = this.#regions.at(page.records, offset);
    const neighbour = this.#regions.get(from);
    if (own && neighbour) this.#requests.push({ hart, regions: [neighbour, own] });
    else if (!own) this.#requests.push({ hart, base, offset, page: page.records });
    // Where regions are to be joined little is interpreted, and so looked at.
    if (this.#requests.length >= batch || own || patience === 0) this.translate();
    else memory.setWord(hart + hartFields.translationDue.offset, patience);
  }

  /** Translates what was asked for. */
  translate(): void {
    const requests = this.#requests;
    this.#requests = [];
    const module = this.#newModule();
    const drafts: RegionDraft[] = [];
    let failed = 0;
    for (const request of requests) {
      const isJoin = "regions" in request;
      const begun = isJoin ? this.#joined(request, drafts) : this.#begun(request, drafts);
      if (!begun) continue;
      const region = this.#emit(module, begun.code, drafts.length);
      if (region) drafts.push({ ...begun, region });
      else failed++;
    }
    this.#own.failed += failed;
    if (drafts.length === 0) return;
    const targets = this.#compile(module, drafts, drafts.length === 1 && failed === 0);
    drafts.forEach((draft, i) => {
      const target = targets[i];
      if (!target) {
        this.#own.failed++;
        return;
      }
      this.#regions.install(draft, target);
      for (const block of draft.code.blocks.values()) {
        this.#own.instructions += block.instructions.length;
      }
    });
  }

  /** What there is of regions and their entries now. */
  get inUse(): { readonly regions: number; readonly entries: number } {
    return this.#regions.inUse;
  }

  /** The records of a page are gone: so are the regions that it is part of. */
  pageDropped(page: MachineAddress): void {
    this.#regions.dropPage(page);
    if (this.#requests.length === 0) return;
    // The page may hold other code by the time it would be translated.
    this.#requests = this.#requests.filter((each) => "regions" in each || each.page !== page);
  }

  /** While it is true there are no regions. */
  set isPaused(isPaused: boolean) {
    this.#isPaused = isPaused;
    if (!isPaused) return;
    this.#requests = [];
    this.#regions.dropAll();
  }

  /** The code of a region at a hot place. */
  #begun(
    { hart, base, offset, page }: PlaceRequest,
    drafts: readonly RegionDraft[],
  ): Begun | undefined {
    const view = this.#codeAt(hart, base, [], drafts);
    const there = view.page(0);
    if (there?.records !== page) {
      // Another address space is mapped by now: the place may become hot again.
      this.#resources.records.clearMark(page, offset);
      return undefined;
    }
    if (view.isTaken(there, offset)) return undefined;
    const code = findRegionCode(view, [offset], mostInstructions);
    return code && { code, base, starts: [offset], joins: 0, replaces: [] };
  }

  /** The code of one region in place of two between which execution goes to and fro. */
  #joined(
    { hart, regions: [region, other] }: JoinRequest,
    drafts: readonly RegionDraft[],
  ): Begun | undefined {
    const both = [region, other];
    const isThere = both.every((each) => this.#regions.isLive(each) && this.#isMapped(hart, each));
    const isReplaced = drafts.some(({ replaces }) => replaces.some((old) => both.includes(old)));
    const joins = region.joins + other.joins + 1;
    if (!isThere || isReplaced || joins > mostJoins) return undefined;
    const { base } = region;
    const distance = Number(BigInt.asIntN(64, other.base - base));
    const starts = [...new Set([...region.starts, ...other.starts.map((s) => s + distance)])];
    const view = this.#codeAt(hart, base, both, drafts);
    const code = findRegionCode(view, starts, mostJoinedInstructions);
    if (!code?.isWhole) return undefined;
    return { code, base, starts, joins, replaces: both };
  }

  /**
   * The drafts' functions: all compiled at once or, where the host refuses that, each alone. Undefined
   * for what it refuses still, for it has no memory left, or its compiler a defect: what cannot be
   * translated stays as it is and is interpreted.
   */
  #compile(
    module: ModuleBuilder,
    drafts: readonly RegionDraft[],
    isAlone: boolean,
  ): readonly (WasmExports[string] | undefined)[] {
    const { compiler, memory } = this.#resources;
    try {
      const bytes = module.encode();
      const exports = compiler.instantiate(bytes, { memory: memory.wasm, functions: {} });
      this.#own.modules++;
      this.#own.bytes += bytes.length;
      return drafts.map((_, i) => exports[`${i}`]);
    } catch {
      if (isAlone) return [];
      return drafts.map((draft) => {
        const alone = this.#newModule();
        return this.#emit(alone, draft.code, 0) && this.#compile(alone, [draft], true)[0];
      });
    }
  }

  /** Undefined where the host's stack is too small for what a guest has nested. */
  #emit(module: ModuleBuilder, code: RegionCode, name: number): RegionFunction | undefined {
    try {
      const region = emitRegion(module, code, this.#resources.entryOperation);
      module.export(`${name}`, region.code);
      return region;
    } catch {
      return undefined;
    }
  }

  #newModule(): ModuleBuilder {
    return new ModuleBuilder(this.#resources.memory.bytes.length / 65_536);
  }

  /** A hart is gone, and with it the address space that was hot. */
  forget(hart: MachineAddress): void {
    this.#requests = this.#requests.filter((request) => request.hart !== hart);
  }

  /** Whether a region's pages are mapped for a hart where they were when it was made. */
  #isMapped(hart: MachineAddress, { base, distances, pages }: Region): boolean {
    const view = this.#codeAt(hart, base);
    return distances.every((distance, i) => view.page(distance)?.records === pages[i]);
  }

  /**
   * @param own regions that the code to be found replaces
   * @param drafts regions that there will be by then
   */
  #codeAt(
    hart: MachineAddress,
    base: bigint,
    own: readonly Region[] = [],
    drafts: readonly RegionDraft[] = [],
  ): CodeView {
    const { memory, records } = this.#resources;
    const table = memory.word(hart + hartFields.fetchTlb.offset);
    const generation = memory.wide(hart + hartFields.fetchGeneration.offset);
    const isDrafted = (page: CodePage, offset: number) =>
      drafts.some(({ code, region }) =>
        region.entries.some((place) => {
          const entry = placeIn(code, place);
          return entry.page === page.records && entry.offset === offset;
        }),
      );
    return {
      page: (distance) => {
        const address = BigInt.asUintN(64, base + BigInt(distance * pageBytes));
        const slot = table + Number((address >> 12n) % BigInt(tlbEntries)) * tlbEntryBytes;
        if (memory.wide(slot) !== (address | generation)) return undefined;
        return { records: memory.word(slot + 8), frame: memory.word(slot + 12) };
      },
      halfword: (address) => memory.halfword(address),
      isTaken: (page, offset) => {
        const region = this.#regions.at(page.records, offset);
        return region ? !own.includes(region) : isDrafted(page, offset);
      },
      isDecoded: (page, offset) => records.isDecoded(page.records, offset),
    };
  }
}

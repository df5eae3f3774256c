/**
 * The second tier: has hot code translated into regions, and drops them when their code changes.
 *
 * A region belongs to the code pages that it was found in. Its entries stand in the records of those
 * pages, so the interpreter meets them where it meets the code; its links hold the pages' addresses,
 * so that the region itself sees whether a jump to another page leads where it should. Its function
 * belongs to nobody: it is found by content in the library, and another thread may write it.
 *
 * Whatever goes wrong with a region, in its finding, writing, compiling or installing, costs that region:
 * it is said once, nothing of it stays behind, it is not tried again, and its code stays interpreted.
 */
import { errorText } from "../base/error-text.ts";
import type { HashStart } from "../base/hash-start.ts";
import type { MachineAddress } from "../base/units.ts";
import type { WasmCompiler, WasmModule, WasmTable } from "../base/wasm-compiler.ts";
import { hartFields } from "../isa/hart-layout.ts";
import { pageBytes } from "../memory/layout.ts";
import type { MachineMemory } from "../memory/machine-memory.ts";
import type { CodeLibrary } from "./code-library.ts";
import type { AwaitedDraft, Draft, DraftRequest } from "./draft.ts";
import { DraftFinder } from "./draft-finder.ts";
import { findShape } from "./find-shape.ts";
import { encodeKeptCode } from "./kept-code.ts";
import { LibraryRegion } from "./library-region.ts";
import { refusal } from "./refusal.ts";
import { RefusedPlaces } from "./refused-places.ts";
import type { CodePage, CodeView } from "./region-code.ts";
import { distancesOf, encodeShape, type RegionShape, shapeKey } from "./region-shape.ts";
import { type CodeRecords, placeIn, type Region, RegionStore } from "./region-store.ts";
import type { RegionWriter } from "./region-writer.ts";
import type {
  OfferedRegion,
  TranslatedRegion,
  TranslationAnswer,
  TranslationRequest,
  TranslationService,
} from "./translation.ts";
import type { TranslationProblem } from "./translation-problem.ts";

/** Most places that are translated as one module. */
const batch = 16;

const none: ReadonlySet<number> = new Set();

/** What is being written. */
interface Waiting extends AwaitedDraft {
  readonly key: string;
  /** Of its shape. */
  readonly words: Int32Array;
  readonly request: DraftRequest;
  readonly shape: RegionShape;
  draft: Draft | undefined;
}

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
  /** Regions whose code was there already. */
  readonly reused: number;
  /** Functions that there are now, for all that may need them again. */
  readonly functions: number;
  /** Functions that have made room for others. */
  readonly forgotten: number;
  /** Regions that could not be found, written, compiled or installed. */
  readonly failed: number;
}

export interface TranslatorResources {
  readonly compiler: WasmCompiler;
  readonly memory: MachineMemory;
  readonly table: WasmTable;
  readonly records: CodeRecords;
  readonly service: TranslationService;
  /** For code that was kept. */
  readonly writer: RegionWriter;
  readonly library: CodeLibrary;
  /** Marks with which a place is translated; with fewer, only what is there already is used. */
  readonly hotMarks: number;
  /** Marks with which code of an earlier run is used that was not used in this one yet. */
  readonly keptMarks: number;
  /** Marks of an instruction with which a region is entered behind it. */
  readonly adaptExits: number;
  /** Arrivals after which regions are joined; see `arrivalsToJoin`. */
  readonly joinArrivals: number;
  /** Looks at the interpreter until what was found hot is translated; see `HeatPolicy`. */
  readonly patience: number;
  readonly mostRegions?: number;
  /** Hears of each region that there is none of; of the first ones, for a guest may make many. */
  readonly onProblem?: ((problem: TranslationProblem) => void) | undefined;
}

/** What is somewhere in guest code that execution comes to again and again. */
interface HotPlace {
  readonly hart: MachineAddress;
  readonly pc: bigint;
  readonly page: CodePage;
  readonly offset: number;
  readonly view: CodeView;
}

const mostProblems = 32;

export class Translator {
  readonly #resources: TranslatorResources;
  readonly #regions: RegionStore;
  readonly #finder: DraftFinder;
  readonly #own = { modules: 0, instructions: 0, bytes: 0, failed: 0, reused: 0, forgotten: 0 };
  readonly #waiting = new Map<number, Waiting>();
  readonly #refusedPlaces = new RefusedPlaces();
  readonly #refusedRegions = new WeakSet<Region>();
  /** Keys of what was on its way when the service lost it. */
  readonly #lost = new Set<string>();
  /** Kept ones that were not used yet: the host has not compiled them. */
  readonly #untried = new WeakSet<LibraryRegion>();
  /** Keys of what was used since that is of interest. */
  #used: Set<string> | undefined;
  #requests: DraftRequest[] = [];
  #lastId = 0;
  #problems = 0;

  constructor(resources: TranslatorResources) {
    this.#resources = resources;
    this.#regions = new RegionStore(resources);
    this.#finder = new DraftFinder({
      ...resources,
      regions: this.#regions,
      awaited: () => this.#waiting.values(),
    });
  }

  get statistics(): TranslationStatistics {
    const functions = this.#resources.library.size;
    return { ...this.#own, ...this.#regions.statistics, functions };
  }

  /** What there is of regions and their entries now. */
  get inUse(): { readonly regions: number; readonly entries: number } {
    return this.#regions.inUse;
  }

  /**
   * Takes note that execution comes to the place at a hart's `pc` again and again. Where that is the
   * entry of a region, it and the one that execution came from are to become one; where it is none,
   * or one of the same region, that region was left there again and again. Places are translated some at a time, for a module costs the host more than a function in it.
   *
   * @param from number of the region that execution came from, or another number
   */
  request(hart: MachineAddress, from: number): void {
    const { memory } = this.#resources;
    this.collect();
    const pc = memory.wide(hart + hartFields.pc.offset);
    const offset = Number(pc & 0xfffn);
    const view = this.#finder.codeAt(hart, pc - BigInt(offset));
    const page = view.page(0);
    if (!page || this.#refusedPlaces.has(page.records, offset)) return;
    try {
      this.#note({ hart, pc, page, offset, view }, from);
    } catch (error) {
      this.#refusedPlaces.add(page.records, offset);
      this.#failed(pc, errorText(error));
    }
  }

  #note({ hart, pc, page, offset, view }: HotPlace, from: number): void {
    const { hotMarks, memory, patience, records } = this.#resources;
    const base = pc - BigInt(offset);
    const own = this.#regions.at(page.records, offset);
    const neighbour = this.#regions.get(from);
    if (neighbour && (!own || own === neighbour)) {
      this.#requests.push({ hart, region: neighbour, pc });
    } else if (own && neighbour) {
      const entry = { page: page.records, offset };
      const effort = this.#regions.joinDue(neighbour, own, entry);
      if (!effort) return;
      this.#requests.push({ hart, regions: [neighbour, own], entry, effort });
    } else if (own || view.isTaken(page, offset) || this.#reuse(hart, base, offset, page)) return;
    else if (records.mark(page.records, offset) < hotMarks) return;
    else this.#requests.push({ hart, base, offset, page: page.records });
    // Where regions are to be joined little is interpreted, and so looked at.
    if (this.#requests.length >= batch || own || patience === 0) this.translate();
    else memory.setWord(hart + hartFields.translationDue.offset, patience);
  }

  /** Has translated what was asked for. */
  translate(): void {
    const requests = this.#requests;
    this.#requests = [];
    const asked: TranslationRequest[] = [];
    for (const request of requests) {
      if (this.#isRefused(request)) continue;
      try {
        const wanted = this.#begin(request);
        if (wanted) asked.push(wanted);
      } catch (error) {
        this.#refuse(request);
        this.#failed(addressOf(request), errorText(error));
      }
    }
    if (asked.length > 0) this.#ask(asked);
    this.collect();
  }

  /** @returns what is to be written; nothing where that is known, or there is nothing to translate */
  #begin(request: DraftRequest): TranslationRequest | undefined {
    const draft = this.#finder.draft(request);
    if (!draft) return undefined;
    const words = encodeShape(draft.code);
    const key = shapeKey(words);
    const known = this.#resources.library.find(key);
    if (known === "refused") this.#refuse(request);
    else if (known !== "unknown") this.#install(draft, known, true);
    else {
      const places = draft.code.entries.map((place) => {
        const { page, offset } = placeIn(draft.code, place);
        return page + offset;
      });
      const id = ++this.#lastId;
      // The shape without the draft, which has pages that the library must not keep.
      const { blocks, entries } = draft.code;
      const shape = { blocks, entries };
      this.#waiting.set(id, { key, words, shape, draft, request, places: new Set(places) });
      return { id, shape: words };
    }
    return undefined;
  }

  #ask(asked: readonly TranslationRequest[]): void {
    try {
      this.#resources.service.request(asked);
    } catch (error) {
      this.#takeOver(refusal(asked, errorText(error)));
    }
  }

  /** Takes over what has been translated by now. */
  collect(): void {
    for (const answer of this.#resources.service.take()) this.#takeOver(answer);
  }

  #takeOver({ module, bytes, regions, kept = [] }: TranslationAnswer): void {
    const instance = module ? this.#instantiate(module) : { problem: "it was not compiled" };
    const functions = "functions" in instance ? instance.functions : undefined;
    if (functions && bytes > 0) {
      this.#own.modules++;
      this.#own.bytes += bytes;
    }
    this.#tryOffered(instance, kept);
    for (const { id, region, problem, isLost } of regions) {
      const waiting = this.#waiting.get(id);
      if (!waiting) continue;
      this.#waiting.delete(id);
      const target = region && functions?.[region.name];
      try {
        if (region && target) this.#arrived(waiting, region, target);
        // It may have been the neighbour's fault; what is lost twice is not asked for again.
        else if (isLost && !this.#lost.has(waiting.key)) this.#lost.add(waiting.key);
        else this.#refuseShape(waiting, problem ?? problemOf(instance));
      } catch (error) {
        this.#refuseShape(waiting, errorText(error));
      }
    }
  }

  #tryOffered(instance: Instance, kept: readonly OfferedRegion[]): void {
    if (kept.length === 0) return;
    try {
      this.#takeOffered(instance, kept);
    } catch {
      // It is translated anew.
    }
  }

  #refuseShape({ key, draft, request }: Waiting, problem: string): void {
    this.#resources.library.refuse(key);
    if (draft) this.#refuse(request);
    this.#failed(addressOf(request), problem);
  }

  #isRefused(request: DraftRequest): boolean {
    return regionsOf(request).some((region) => this.#refusedRegions.has(region));
  }

  #refuse(request: DraftRequest): void {
    if ("page" in request) this.#refusedPlaces.add(request.page, request.offset);
    for (const region of regionsOf(request)) this.#refusedRegions.add(region);
  }

  #failed(address: bigint, problem: string): void {
    this.#own.failed++;
    if (this.#problems === mostProblems) return;
    this.#problems++;
    this.#resources.onProblem?.({ address, problem, isLast: this.#problems === mostProblems });
  }

  /**
   * A region has trapped that was entered where a hart's `pc` stands: it is not used again in any machine
   * of this monitor. Where it cannot be told which one it was, none is.
   */
  distrust(hart: MachineAddress): void {
    const { library, memory } = this.#resources;
    const pc = memory.wide(hart + hartFields.pc.offset);
    const offset = Number(pc & 0xfffn);
    const page = this.#finder.codeAt(hart, pc - BigInt(offset)).page(0);
    const region = page && this.#regions.at(page.records, offset);
    this.#own.failed++;
    if (!region) {
      this.#regions.dropAll();
      library.clear();
      return;
    }
    library.refuse(region.translation.key);
    this.#regions.dropAlike(region.translation);
  }

  /** The records of a page are gone, or marked for a debugger: so are the regions that it is part of. */
  pageDropped(page: MachineAddress): void {
    this.#regions.dropPage(page);
    this.#refusedPlaces.dropPage(page);
    for (const waiting of this.#waiting.values()) {
      const pages = [...(waiting.draft?.code.pages.values() ?? [])];
      if (pages.some(({ records }) => records === page)) waiting.draft = undefined;
    }
    if (this.#requests.length === 0) return;
    // The page may hold other code by the time it would be translated.
    this.#requests = this.#requests.filter((each) => !("page" in each) || each.page !== page);
  }

  /** From now on it is noted which translations are used: `keepCode` gives these only. */
  beginKeeping(): void {
    this.#used = new Set();
  }

  /**
   * Translations, for `useKeptCode` of a monitor of the same build: all, or those that were used.
   *
   * @param least where fewer were used, others make up so many, those that were used last
   */
  keepCode(start?: HashStart, least = 0): Uint8Array {
    const used = this.#used;
    const all = Array.from(this.#resources.library);
    const isUsed = ({ key }: LibraryRegion) => used?.has(key) ?? true;
    const wanted = all.filter(isUsed);
    const others = all.filter((region) => !isUsed(region));
    const missing = Math.max(0, least - wanted.length);
    this.#used = undefined;
    return encodeKeptCode(
      [...others.slice(Math.max(0, others.length - missing)), ...wanted],
      start,
    );
  }

  /**
   * @throws Failure `kept-code-damaged`, `region-shape-damaged`; nothing is taken over then
   * @throws Error where the host cannot compile it
   */
  useKeptCode(code: Uint8Array, start?: HashStart): void {
    const { module, kept } = this.#resources.writer.assemble(code, start);
    this.#takeOffered(this.#instantiate(module), kept);
  }

  #takeOffered(instance: Instance, kept: readonly OfferedRegion[]): void {
    if (!("functions" in instance)) throw new Error(instance.problem);
    const { functions } = instance;
    // All of them before the first one is taken: a shape may be damaged.
    const regions = kept.map(
      ({ shape, region }) => new LibraryRegion(shape, region, functions[region.name]),
    );
    for (const region of regions) {
      if (!region.target) continue;
      this.#untried.add(region);
      this.#add(region);
    }
  }

  /** A hart is gone, and with it the address space that was hot. */
  forget(hart: MachineAddress): void {
    this.#requests = this.#requests.filter((request) => request.hart !== hart);
  }

  #arrived(
    { key, words, shape, draft }: Waiting,
    translated: TranslatedRegion,
    target: unknown,
  ): void {
    const { library } = this.#resources;
    this.#add(new LibraryRegion(words, translated, target, shape));
    // Another machine may have had the same one written meanwhile, and it may have failed there.
    const region = library.find(key);
    if (draft && typeof region !== "string") this.#install(draft, region, false);
  }

  /** What makes room for it in the library is gone altogether: the bound is one of the host's functions. */
  #add(region: LibraryRegion): void {
    const { library } = this.#resources;
    const evicted = library.add(region, (each) => this.#regions.isInstalled(each));
    if (!evicted) return;
    this.#own.forgotten++;
    this.#regions.dropAlike(evicted);
  }

  #install(draft: Draft, region: LibraryRegion, isReused: boolean): void {
    const { translated, instructions } = region;
    const pages = distancesOf(region.shape);
    this.#regions.install({ ...draft, entries: translated.entries, distances: pages }, region);
    this.#own.instructions += instructions;
    this.#used?.add(region.key);
    this.#untried.delete(region);
    if (isReused) this.#own.reused++;
  }

  /**
   * Makes a place the entry of a region that was translated before, here, in another VM or in an
   * earlier run, if the code around is that of the region.
   */
  #reuse(hart: MachineAddress, base: bigint, offset: number, page: CodePage): boolean {
    const { library, keptMarks, records } = this.#resources;
    if (library.size === 0) return false;
    const view = this.#finder.codeAt(hart, base);
    const isWarm = records.mark(page.records, offset) >= keptMarks;
    const suits = (region: LibraryRegion) => isWarm || !this.#untried.has(region);
    const found = findShape(view, { page, offset }, library, suits);
    if (!found) return false;
    const { region, code, distance } = found;
    const starts = region.shape.entries;
    const origin = base - BigInt(distance * pageBytes);
    const draft = { code, base: origin, starts, joins: 0, resumed: none, replaces: [] };
    this.#install(draft, region, true);
    return true;
  }

  #instantiate(module: WasmModule): Instance {
    const { compiler, memory } = this.#resources;
    try {
      return { functions: compiler.instantiate(module, { memory: memory.wasm, functions: {} }) };
    } catch (error) {
      return { problem: errorText(error) };
    }
  }
}

type Instance =
  | { readonly functions: Readonly<Record<string, unknown>> }
  | { readonly problem: string };

function problemOf(instance: Instance): string {
  return "problem" in instance ? instance.problem : "its module lacks it";
}

function regionsOf(request: DraftRequest): readonly Region[] {
  if ("page" in request) return [];
  return "region" in request ? [request.region] : request.regions;
}

/** Where a region was found, for people. */
function addressOf(request: DraftRequest): bigint {
  if ("page" in request) return request.base + BigInt(request.offset);
  if ("region" in request) return request.pc;
  const [{ base, starts }] = request.regions;
  return base + BigInt(starts[0] ?? 0);
}

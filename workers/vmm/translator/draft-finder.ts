/**
 * Finds the code of regions to be: at a hot place, of two regions in place of each, or of one anew.
 *
 *     const draft = finder.draft(request);
 */
import type { MachineAddress } from "../base/units.ts";
import { hartFields } from "../isa/hart-layout.ts";
import { entryPresent } from "../memory/guest-map.ts";
import { pageBytes } from "../memory/layout.ts";
import type { MachineMemory } from "../memory/machine-memory.ts";
import { entryIndexOf, tlbEntryBytes } from "../mmu/tlb.ts";
import type {
  AdaptRequest,
  AwaitedDraft,
  Draft,
  DraftRequest,
  JoinRequest,
  PlaceRequest,
} from "./draft.ts";
import { type CodeView, findRegionCode, type RegionCode } from "./region-code.ts";
import {
  type CodeRecords,
  type JoinEffort,
  placeIn,
  type Region,
  type RegionStore,
} from "./region-store.ts";

/** Of a new region. */
const mostInstructions = 500;
/**
 * Of a region that is made anew for what turns out to belong to it, by the effort, and how often that
 * may have been.
 */
const limits: Readonly<Record<JoinEffort, { instructions: number; joins: number }>> = {
  usual: { instructions: 1500, joins: 16 },
  great: { instructions: 4000, joins: 32 },
};
const none: ReadonlySet<number> = new Set();

interface Parts {
  readonly memory: MachineMemory;
  readonly records: CodeRecords;
  readonly regions: RegionStore;
  /** Marks of an instruction with which a region is entered behind it. */
  readonly adaptExits: number;
  readonly awaited: () => Iterable<AwaitedDraft>;
}

export class DraftFinder {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** @returns undefined where there is nothing to translate, or it must stay as it is */
  draft(request: DraftRequest): Draft | undefined {
    if ("page" in request) return this.#begun(request);
    return "region" in request ? this.#adapted(request) : this.#joined(request);
  }

  /** The code of a region at a hot place. */
  #begun({ hart, base, offset, page }: PlaceRequest): Draft | undefined {
    const view = this.codeAt(hart, base);
    const there = view.page(0);
    if (there?.records !== page) {
      // Another address space is mapped by now: the place may become hot again.
      this.#parts.records.clearMark(page, offset);
      return undefined;
    }
    if (view.isTaken(there, offset)) return undefined;
    const code = findRegionCode(view, [offset], mostInstructions);
    return code && { code, base, starts: [offset], joins: 0, resumed: none, replaces: [] };
  }

  /** The code of one region in place of two between which execution goes to and fro. */
  #joined(request: JoinRequest): Draft | undefined {
    const { hart, entry, effort } = request;
    const { regions } = this.#parts;
    const [region, other] = request.regions;
    const both = [region, other];
    const joins = region.joins + other.joins + 1;
    const most = limits[effort];
    // One of them may be about to become part of another region.
    if (!both.every((each) => this.#isReplaceable(hart, each))) {
      regions.postpone(both, entry, effort);
      return undefined;
    }
    const { base } = region;
    const distance = Number(BigInt.asIntN(64, other.base - base));
    const inBoth = (own: Iterable<number>, others: Iterable<number>) =>
      new Set([...own, ...[...others].map((place) => place + distance)]);
    const starts = [...inBoth(region.starts, other.starts)];
    const resumed = inBoth(region.resumed, other.resumed);
    const view = this.codeAt(hart, base, both);
    const isWorn = joins > most.joins;
    const code = isWorn ? undefined : findRegionCode(view, starts, most.instructions, resumed);
    // So many have come by that a part of it is better than two that go to and fro.
    if (code && (code.isWhole || effort === "great")) {
      return { code, base, starts, joins, resumed, replaces: both };
    }
    if (effort === "usual") regions.postpone(both, entry, "great");
    return undefined;
  }

  /** The code of a region once more, with entries behind the instructions that leave it often. */
  #adapted({ hart, region, pc }: AdaptRequest): Draft | undefined {
    const { adaptExits, records } = this.#parts;
    const { base, starts } = region;
    const joins = region.joins + 1;
    const place = Number(BigInt.asIntN(64, pc - base));
    if (region.resumed.has(place) || joins > limits.usual.joins) return undefined;
    if (!this.#isReplaceable(hart, region)) return undefined;
    const view = this.codeAt(hart, base, [region]);
    const resumed = new Set([...region.resumed, place]);
    const find = () => findRegionCode(view, starts, limits.usual.instructions, resumed);
    let code = find();
    const before = resumed.size;
    for (const { instructions } of code?.blocks.values() ?? []) {
      for (const { offset } of instructions) {
        const { page, offset: inPage } = placeIn(code as RegionCode, offset);
        const isEntry = records.entryAt(page, inPage) !== undefined;
        // Those that are nearly there come along.
        if (!isEntry && records.mark(page, inPage) >= adaptExits / 4) resumed.add(offset);
      }
    }
    if (resumed.size > before) code = find();
    return code && { code, base, starts, joins, resumed, replaces: [region] };
  }

  #isReplaceable(hart: MachineAddress, region: Region): boolean {
    const isReplaced = [...this.#parts.awaited()].some(({ draft }) =>
      draft?.replaces.includes(region),
    );
    return !isReplaced && this.#parts.regions.isLive(region) && this.#isMapped(hart, region);
  }

  /** Whether a region's pages are mapped for a hart where they were when it was made. */
  #isMapped(hart: MachineAddress, { base, distances, pages }: Region): boolean {
    const view = this.codeAt(hart, base);
    return distances.every((distance, i) => view.page(distance)?.records === pages[i]);
  }

  /**
   * Guest code as a hart sees it from a page on.
   *
   * @param own regions that the code to be found replaces
   */
  codeAt(hart: MachineAddress, base: bigint, own: readonly Region[] = []): CodeView {
    const { memory, records } = this.#parts;
    const table = memory.word(hart + hartFields.fetchTlb.offset);
    const generation = memory.wide(hart + hartFields.fetchGeneration.offset);
    const awaited = [...this.#parts.awaited()].filter(({ draft }) => draft !== undefined);
    return {
      page: (distance) => {
        const address = BigInt.asUintN(64, base + BigInt(distance * pageBytes));
        const index = entryIndexOf(Number(address & 0xffff_ffffn), Number(address >> 32n));
        const slot = table + index * tlbEntryBytes;
        if (memory.wide(slot) !== (address | generation)) return undefined;
        const entry = memory.word(memory.word(slot + 12));
        if (!(entry & entryPresent)) return undefined;
        return { records: memory.word(slot + 8), frame: entry - (entry % pageBytes) };
      },
      halfword: (address) => memory.halfword(address),
      isTaken: (page, offset) => {
        const region = this.#parts.regions.at(page.records, offset);
        if (region) return !own.includes(region);
        return awaited.some(({ places }) => places.has(page.records + offset));
      },
      isDecoded: (page, offset) => records.isDecoded(page.records, offset),
    };
  }
}

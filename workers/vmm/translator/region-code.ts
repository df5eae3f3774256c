/**
 * Finds the code of a region: the blocks that can be reached from hot places, by way of branches,
 * direct jumps and calls, as far as they were executed before and a limit allows.
 *
 * Places are offsets in bytes from the start of the page in which the hot place lies; a region is
 * translated once for wherever its pages are mapped.
 */
import type { MachineAddress } from "../base/units.ts";
import { isFullLength } from "../isa/decoder.ts";
import { mostRegionPages, pageBytes } from "../memory/layout.ts";
import { entryPlaces } from "./entry-places.ts";
import { type InstructionEffect, isCall, readBits } from "./instruction-effect.ts";
import type { Block, RegionInstruction, RegionShape } from "./region-shape.ts";

/** One page of guest code. */
export interface CodePage {
  /** Address of its records, which is the page's identity while it is not written to. */
  readonly records: MachineAddress;
  /** Address of the frame that holds its instructions. */
  readonly frame: MachineAddress;
}

/** Guest code around a hot place. */
export interface CodeView {
  /** The page `distance` pages behind the hot place's; undefined where no code was executed. */
  page(distance: number): CodePage | undefined;
  halfword(address: MachineAddress): number;
  /** Whether another region is entered at this offset of a page, which is where this one ends. */
  isTaken(page: CodePage, offset: number): boolean;
  /** Whether the interpreter has met the instruction at this offset of a page. */
  isDecoded(page: CodePage, offset: number): boolean;
}

export interface RegionCode extends RegionShape {
  readonly pages: ReadonlyMap<number, CodePage>;
  /** Whether all that was found is there, not cut off by a limit. */
  readonly isWhole: boolean;
}

/** Longer blocks are cut: a region must make progress with `smallestRegionBudget`. */
const longestBlock = 100;
/** Repeating a function of so few instructions costs less than going over to its own region. */
const largestLeaf = 40;
/** Nothing farther is worth a region's while, and an exit has room for its place and a jump more. */
const mostPagesAway = 8192;

/** Behind these, execution comes back from without. */
const goesByExecute: readonly InstructionEffect[] = ["leave", "pause", "away"];

/** @param resumed places of instructions that turned out to leave often: entries are behind them */
export function findRegionCode(
  view: CodeView,
  starts: readonly number[],
  mostInstructions: number,
  resumed: ReadonlySet<number> = new Set(),
): RegionCode | undefined {
  const instructions = new Map<number, RegionInstruction>();
  const leaders = new Set<number>();
  const returns = new Set<number>();
  const pages = new Map<number, CodePage>();
  const near: number[] = [];
  const callees: number[] = [];
  const reach = (place: number, queue: number[]) => {
    if (leaders.has(place)) return;
    leaders.add(place);
    queue.push(place);
  };
  /** Places of small functions that are repeated here, though regions of their own. */
  const repeated = new Set<number>();
  const called = new Set<number>();
  const isStart = new Set(starts);
  for (const start of starts) reach(start, near);
  for (;;) {
    const place = near.shift() ?? callees.shift();
    if (place === undefined) break;
    for (let at = place; instructions.size < mostInstructions; ) {
      if (instructions.has(at)) {
        leaders.add(at);
        break;
      }
      const instruction = readInstruction(view, at, pages, isStart.has(at) || repeated.has(at));
      if (!instruction) break;
      instructions.set(at, instruction);
      const { decoded, effect } = instruction;
      const next = at + decoded.bytes;
      const target = at + decoded.operands.imm;
      if (effect === "branch") {
        reach(next, near);
        reach(target, near);
      }
      if (effect === "jump") {
        reach(target, isCall(decoded) ? callees : near);
        if (isCall(decoded) && !called.has(target)) {
          called.add(target);
          for (const place of smallLeaf(view, target)) repeated.add(place);
        }
      }
      if (goesByExecute.includes(effect) || isCall(decoded) || resumed.has(at)) {
        returns.add(next);
        reach(next, near);
      }
      if (effect !== "plain") break;
      at = next;
    }
  }
  const blocks = cutIntoBlocks(instructions, leaders);
  const isEnterable = (start: number) =>
    (blocks.get(start)?.instructions[0]?.effect ?? "leave") !== "leave";
  if (!starts.every(isEnterable)) return undefined;
  const isWhole = instructions.size < mostInstructions && pages.size < mostRegionPages;
  return { blocks, entries: entryPlaces(blocks, starts, returns), pages, isWhole };
}

/** The places of a function that is small and calls none; nothing where it is another kind. */
function smallLeaf(view: CodeView, start: number): Iterable<number> {
  const places = new Set<number>();
  const pages = new Map<number, CodePage>();
  const pending = [start];
  for (let place = pending.pop(); place !== undefined; place = pending.pop()) {
    for (let at = place; !places.has(at); ) {
      const instruction = readInstruction(view, at, pages, true);
      if (!instruction || places.size === largestLeaf) return [];
      const { decoded, effect } = instruction;
      if (goesByExecute.includes(effect) || isCall(decoded)) return [];
      places.add(at);
      if (effect === "branch" || effect === "jump") pending.push(at + decoded.operands.imm);
      if (effect === "jump" || effect === "indirect") break;
      at += decoded.bytes;
    }
  }
  return places;
}

function readInstruction(
  view: CodeView,
  offset: number,
  pages: Map<number, CodePage>,
  isStart: boolean,
): RegionInstruction | undefined {
  const distance = Math.floor(offset / pageBytes);
  if (Math.abs(distance) >= mostPagesAway) return undefined;
  const known = pages.get(distance);
  if (!known && pages.size === mostRegionPages) return undefined;
  const page = known ?? view.page(distance);
  if (!page) return undefined;
  const inPage = offset - distance * pageBytes;
  if (!view.isDecoded(page, inPage)) return undefined;
  if (!isStart && view.isTaken(page, inPage)) return undefined;
  const low = view.halfword(page.frame + inPage);
  const isFull = isFullLength(low);
  if (isFull && inPage === pageBytes - 2) return undefined;
  const bits = isFull ? low | (view.halfword(page.frame + inPage + 2) << 16) : low;
  const instruction = readBits(bits);
  if (!instruction) return undefined;
  if (!known) pages.set(distance, page);
  const { decoded, effect } = instruction;
  return { offset, bits, decoded, effect };
}

function cutIntoBlocks(
  instructions: ReadonlyMap<number, RegionInstruction>,
  leaders: Set<number>,
): Map<number, Block> {
  const blocks = new Map<number, Block>();
  const pending = [...leaders];
  for (let place = pending.pop(); place !== undefined; place = pending.pop()) {
    if (blocks.has(place) || !instructions.has(place)) continue;
    const own: RegionInstruction[] = [];
    let at = place;
    for (;;) {
      const instruction = instructions.get(at);
      if (!instruction) break;
      own.push(instruction);
      at += instruction.decoded.bytes;
      // A page's end cuts, too: the next page may be mapped elsewhere.
      const isCut = own.length === longestBlock || at % pageBytes === 0;
      if (instruction.effect !== "plain" || leaders.has(at)) break;
      if (isCut) {
        pending.push(at);
        break;
      }
    }
    blocks.set(place, { offset: place, instructions: own, end: at });
  }
  // In which order they were found depends on the hot place, and must not make it another region.
  return new Map([...blocks].sort(([a], [b]) => a - b));
}

/**
 * What a region's translation depends on, and nothing else: its instructions, how they hang together
 * and where it can be entered. It names no page, frame or address, so that equal code of any VM, hart
 * or address space has equal shapes, and one translation serves them all.
 *
 * As words a shape is what threads send each other, and what stands in files:
 *
 *     number of entries, then their places
 *     number of blocks, and for each: place, number of instructions, bits of each
 *
 * Of a compressed instruction the bits are the low half only. The word 0, which is no instruction,
 * says of the next one that it leaves the region each time.
 */
import { Failure } from "../base/failure.ts";
import { type Decoded, isFullLength } from "../isa/decoder.ts";
import { pageBytes } from "../memory/layout.ts";
import { type InstructionEffect, readBits } from "./instruction-effect.ts";

export interface RegionInstruction {
  /** Bytes from the start of the page in which the region's first hot place lies. */
  readonly offset: number;
  readonly bits: number;
  readonly decoded: Decoded;
  readonly effect: InstructionEffect;
}

export interface Block {
  readonly offset: number;
  readonly instructions: readonly RegionInstruction[];
  /** Where execution goes on behind the last instruction. */
  readonly end: number;
}

export interface RegionShape {
  /** In the order of their places, as the entries: what is equal must have equal words. */
  readonly blocks: ReadonlyMap<number, Block>;
  /** Places to enter at, all of them: see `entry-places.ts`. */
  readonly entries: readonly number[];
}

const leavesNext = 0;
/** More than any region has: a shape that comes from elsewhere is not believed. */
const mostWords = 16_384;

export function encodeShape({ blocks, entries }: RegionShape): Int32Array {
  const words = [entries.length, ...entries, blocks.size];
  for (const { offset, instructions } of blocks.values()) {
    words.push(offset, instructions.length);
    for (const { bits, effect } of instructions) {
      if (effect !== readBits(bits)?.effect) words.push(leavesNext);
      words.push(bits);
    }
  }
  return Int32Array.from(words);
}

/** The same shape has the same key, and another one another: it is the words themselves. */
export function shapeKey(words: Int32Array): string {
  return String.fromCharCode(...new Uint16Array(words.buffer, words.byteOffset, words.length * 2));
}

/** The words whose key it is. */
export function shapeWords(key: string): Int32Array {
  const halves = new Uint16Array(key.length);
  for (let i = 0; i < key.length; i++) halves[i] = key.charCodeAt(i);
  return new Int32Array(halves.buffer);
}

/** What a shape's words say before it is looked up what its instructions are. */
export interface ShapeOutline {
  readonly instructions: number;
  /** Places to enter at, each with the bits of the instruction there. */
  readonly starts: ReadonlyMap<number, number>;
}

/** @throws Failure `region-shape-damaged`, but not for words that are no instructions */
export function outlineOf(words: Int32Array): ShapeOutline {
  let instructions = 0;
  const first = new Map<number, number>();
  const entries = readShape(words, (block, offset, bits) => {
    instructions++;
    if (offset === block) first.set(block, bits);
  });
  return { instructions, starts: new Map(entries.map((place) => [place, first.get(place) ?? 0])) };
}

/** @throws Failure `region-shape-damaged` */
export function decodeShape(words: Int32Array): RegionShape {
  const blocks = new Map<
    number,
    { offset: number; instructions: RegionInstruction[]; end: number }
  >();
  const entries = readShape(words, (start, offset, bits, leaves) => {
    const known = readBits(bits);
    if (!known) throw damaged("it has a word that is no instruction");
    const { decoded } = known;
    const instruction = { offset, bits, decoded, effect: leaves ? "leave" : known.effect } as const;
    const end = offset + decoded.bytes;
    const block = blocks.get(start);
    if (block === undefined || offset === start) {
      blocks.set(start, { offset, instructions: [instruction], end });
    } else {
      block.instructions.push(instruction);
      block.end = end;
    }
  });
  return { blocks, entries };
}

/**
 * @param visit is told each instruction: its block's place, its own, its bits, and whether it leaves
 * @returns the entries
 */
function readShape(
  words: Int32Array,
  visit: (block: number, offset: number, bits: number, leaves: boolean) => void,
): readonly number[] {
  let at = 0;
  const next = (): number => {
    const word = words[at++];
    if (word === undefined) throw damaged("it ends early");
    return word;
  };
  const count = (): number => {
    const number = next();
    if (number < 0 || number > words.length) throw damaged("a number of items is too large");
    return number;
  };
  if (words.length > mostWords) throw damaged("it is too long");
  const entries = Array.from({ length: count() }, next);
  const blocks = new Set<number>();
  for (let left = count(); left > 0; left--) {
    const block = next();
    let offset = block;
    for (let more = count(); more > 0; more--) {
      const word = next();
      const leaves = word === leavesNext;
      const bits = leaves ? next() : word;
      visit(block, offset, bits, leaves);
      offset += isFullLength(bits) ? 4 : 2;
    }
    if (offset === block) throw damaged("a block is empty");
    blocks.add(block);
  }
  if (at !== words.length) throw damaged("something is behind its end");
  if (!entries.every((place) => blocks.has(place))) throw damaged("an entry is no block");
  return entries;
}

function damaged(what: string): Failure {
  return new Failure(
    "region-shape-damaged",
    `The description of a translated region is damaged: ${what}.`,
    "Delete the kept translations: they are made anew.",
  );
}

/** Distances of the pages that a shape lies in from the first, in order. */
export function distancesOf({ blocks }: RegionShape): readonly number[] {
  const distances = new Set<number>();
  for (const { instructions } of blocks.values()) {
    for (const { offset } of instructions) distances.add(Math.floor(offset / pageBytes));
  }
  return [...distances].sort((a, b) => a - b);
}

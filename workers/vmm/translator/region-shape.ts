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
import type { Decoded } from "../isa/decoder.ts";
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

/** @throws Failure `region-shape-damaged` */
export function decodeShape(words: Int32Array): RegionShape {
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
  const blocks = new Map<number, Block>();
  for (let left = count(); left > 0; left--) {
    const offset = next();
    const instructions: RegionInstruction[] = [];
    let end = offset;
    for (let more = count(); more > 0; more--) {
      const word = next();
      const leaves = word === leavesNext;
      const bits = leaves ? next() : word;
      const known = readBits(bits);
      if (!known) throw damaged("it has a word that is no instruction");
      const effect = leaves ? "leave" : known.effect;
      instructions.push({ offset: end, bits, decoded: known.decoded, effect });
      end += known.decoded.bytes;
    }
    if (instructions.length === 0) throw damaged("a block is empty");
    blocks.set(offset, { offset, instructions, end });
  }
  if (at !== words.length) throw damaged("something is behind its end");
  if (!entries.every((place) => blocks.has(place))) throw damaged("an entry is no block");
  return { blocks, entries };
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

/**
 * The instruction set: one row per instruction, from which decoder, disassembler, interpreter and
 * translator derive. An engine refers to an instruction by its index in `instructionTable`.
 */

import type { AliasRow, CompressedRow, InstructionRow } from "./row.ts";
import { aliasRows } from "./rows/alias.ts";
import { atomicRows } from "./rows/atomic.ts";
import { bitManipulationRows } from "./rows/bit-manipulation.ts";
import { cacheBlockRows } from "./rows/cache-block.ts";
import { compressedRows } from "./rows/compressed.ts";
import { cryptographyRows } from "./rows/cryptography.ts";
import { floatRows } from "./rows/float.ts";
import { integerRows, multiplyRows } from "./rows/integer.ts";
import { systemRows } from "./rows/system.ts";

export const instructionTable: readonly InstructionRow[] = [
  ...integerRows,
  ...multiplyRows,
  ...atomicRows,
  ...systemRows,
  ...cacheBlockRows,
  ...floatRows,
  ...bitManipulationRows,
  ...cryptographyRows,
];

export const compressedTable: readonly CompressedRow[] = compressedRows;

export const aliasTable: readonly AliasRow[] = aliasRows;

/**
 * Extensions that the hart has, as the device tree states them, in the manual's order of names:
 * single letters, then Z by the category in the second letter, then the supervisor's.
 */
export const implementedExtensions: readonly string[] = [
  ...["i", "m", "a", "f", "d", "c"],
  ...["zicbom", "zicbop", "zicboz", "zicntr", "zicond", "zicsr", "zifencei"],
  ...["zihintpause", "zihpm", "zimop", "zmmul"],
  ...["zaamo", "zacas", "zalrsc", "zawrs"],
  ...["zfa", "zfh", "zfhmin"],
  ...["zca", "zcb", "zcd", "zcmop"],
  ...["zba", "zbb", "zbc", "zbkb", "zbkc", "zbkx", "zbs"],
  ...["sdtrig", "smstateen", "sscofpmf", "sstc", "svadu", "svinval", "svnapot", "svpbmt"],
];

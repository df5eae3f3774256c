/**
 * The instruction set: one row per instruction, from which decoder, disassembler, interpreter and
 * translator derive. An engine refers to an instruction by its index in `instructionTable`.
 */

import type { CompressedRow, InstructionRow } from "./row.ts";
import { atomicRows } from "./rows/atomic.ts";
import { compressedRows } from "./rows/compressed.ts";
import { floatRows } from "./rows/float.ts";
import { integerRows, multiplyRows } from "./rows/integer.ts";
import { systemRows } from "./rows/system.ts";

export const instructionTable: readonly InstructionRow[] = [
  ...integerRows,
  ...multiplyRows,
  ...atomicRows,
  ...systemRows,
  ...floatRows,
];

export const compressedTable: readonly CompressedRow[] = compressedRows;

/** Extensions that the table covers, as the device tree and `misa` state them. */
export const implementedExtensions = ["i", "m", "a", "f", "d", "c", "zicsr", "zifencei"] as const;

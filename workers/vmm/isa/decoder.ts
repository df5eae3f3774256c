/**
 * From instruction bits to a row of the table and its operands, compressed encodings included.
 * Rows are found through buckets of opcode and funct3, then by mask and match.
 */
import { matches, noOperands, type Operands, takeApart } from "./pattern.ts";
import type { CompressedRow, InstructionRow } from "./row.ts";
import { compressedTable, instructionTable } from "./table.ts";

/** What an encoding means. */
export interface Decoded {
  /** Index in `instructionTable`. */
  readonly index: number;
  readonly row: InstructionRow;
  readonly operands: Operands;
  readonly bytes: 2 | 4;
  /** The compressed row that it was written as. */
  readonly compressed?: CompressedRow;
}

interface Candidate<R> {
  readonly row: R;
  /** Of the row, or of the one that it abbreviates, in `instructionTable`. */
  readonly index: number;
}

const indexOf = new Map(instructionTable.map((row, index) => [row.mnemonic, index]));

function bucketOf(bits: number): number {
  return (bits & 3) === 3
    ? ((bits >>> 2) & 0x1f) | (((bits >>> 12) & 7) << 5)
    : ((bits & 3) << 3) | ((bits >>> 13) & 7);
}

function bucketed<R extends { pattern: { mask: number; match: number; bits: number } }>(
  rows: readonly R[],
  buckets: number,
  baseOf: (row: R) => string,
): Candidate<R>[][] {
  const keyBits = rows[0]?.pattern.bits === 16 ? 0xe003 : 0x707f;
  return Array.from({ length: buckets }, (_, bucket) => {
    const sample =
      keyBits === 0x707f
        ? ((bucket & 0x1f) << 2) | 3 | ((bucket >>> 5) << 12)
        : (bucket >>> 3) | ((bucket & 7) << 13);
    return rows
      .filter(({ pattern }) => ((pattern.match ^ sample) & pattern.mask & keyBits) === 0)
      .map((row) => ({ row, index: indexOf.get(baseOf(row)) as number }));
  });
}

const fullRows = bucketed(instructionTable, 256, (row) => row.mnemonic);
const halfRows = bucketed(compressedTable, 24, (row) => row.base);

/** True where the low halfword begins a 32-bit instruction. */
export function isFullLength(halfword: number): boolean {
  return (halfword & 3) === 3;
}

/**
 * @param bits 32 instruction bits; for a compressed instruction only the low 16 matter
 * @returns undefined where the encoding is illegal
 */
export function decode(bits: number): Decoded | undefined {
  return isFullLength(bits) ? decodeFull(bits) : decodeCompressed(bits & 0xffff);
}

function decodeFull(bits: number): Decoded | undefined {
  for (const { row, index } of fullRows[bucketOf(bits)] ?? []) {
    if (!matches(row.pattern, bits)) continue;
    return { index, row, operands: takeApart(row.pattern, bits), bytes: 4 };
  }
  return undefined;
}

function decodeCompressed(bits: number): Decoded | undefined {
  for (const { row: compressed, index } of halfRows[bucketOf(bits)] ?? []) {
    if (!matches(compressed.pattern, bits)) continue;
    const encoded = takeApart(compressed.pattern, bits);
    if (!compressed.where(encoded)) continue;
    const row = instructionTable[index] as InstructionRow;
    const operands = { ...noOperands(), ...compressed.expand(encoded) };
    return { index, row, operands, bytes: 2, compressed };
  }
  return undefined;
}

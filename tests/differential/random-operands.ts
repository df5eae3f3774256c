/**
 * Random operands for one row of the instruction table, within the conventions of random programs:
 *
 *     sp, s0, s1   point into the scratch memory; items that change them restore them
 *     a5           counts loop rounds down
 */
import { decode } from "../../workers/vmm/isa/decoder.ts";
import { type Operands, putTogether, takeApart } from "../../workers/vmm/isa/pattern.ts";
import type { CompressedRow, InstructionRow } from "../../workers/vmm/isa/row.ts";
import { compressedTable, instructionTable } from "../../workers/vmm/isa/table.ts";
import type { Random } from "./random.ts";

export type Row = InstructionRow | CompressedRow;

export const loopCounter = 15;
/** Distance of each pointer register from the centre of the scratch memory, a page boundary. */
export const pointers: ReadonlyMap<number, number> = new Map([
  [2, -16],
  [8, 0],
  [9, 264],
]);

const kept = new Set([loopCounter, ...pointers.keys()]);

export function isKept(register: number): boolean {
  return kept.has(register);
}

export function freeRegister(random: Random): number {
  for (;;) {
    const register = random.between(1, 31);
    if (!isKept(register)) return register;
  }
}

/** A free register that is another one. */
export function otherThan(random: Random, register: number): number {
  for (;;) {
    const other = freeRegister(random);
    if (other !== register) return other;
  }
}

/** Any source register; pointers and small numbers do no harm there. */
export function sourceRegister(random: Random): number {
  return random.below(32);
}

const kinds = {
  // QEMU 7.2 does not know them or has them wrong (known deviation "ctzw"), or they wait or touch memory in ways of their own.
  notCompared: new RegExp(
    [
      "^(ctzw|(c\\.)?mop\\b.*|czero\\..*|cbo\\..*|prefetch\\..*|wrs\\..*|amocas\\..*)$",
      "^c\\.(lbu|lhu|lh|sb|sh|zext|sext|not|mul)\\b.*$",
      "^(fli|fminm|fmaxm|fround|froundnx|fleq|fltq|fcvtmod|fmvh|fmvp)\\..*$",
      "^(sinval\\..*|sfence\\.(w|inval)\\..*)$",
    ].join("|"),
  ),
  control: /^(jalr?|b(eq|ne|lt|ge|ltu|geu)|c\.(j|jr|jalr|beqz|bnez))$/,
  memory: /^(l[bhwd]u?|s[bhwd]|fl[hwd]|fs[hwd]|c\.f?[ls][wd](sp)?)$/,
  atomic: /^(amo\w+|lr|sc)\.[wd]$/,
  csr: /^csrr[wsc]i?$/,
  system: /^(ecall|c?\.?ebreak|[ms]ret|wfi|sfence\.vma)$/,
} as const;
export type Kind = keyof typeof kinds | "float" | "integer";

export function kindOf({ mnemonic }: Row): Kind {
  for (const [kind, pattern] of Object.entries(kinds)) {
    if (pattern.test(mnemonic)) return kind as Kind;
  }
  return mnemonic.startsWith("f") && !mnemonic.startsWith("fence") ? "float" : "integer";
}

const rows: readonly Row[] = [...instructionTable, ...compressedTable];

/** All rows of a kind. */
export function rowsOf(kind: Kind): readonly Row[] {
  return rows.filter((row) => kindOf(row) === kind);
}

/** Bits whose meaning is this row and that writes no register with a purpose. */
export function randomOperands(random: Random, row: Row): Operands {
  const { pattern } = row;
  for (;;) {
    const operands = takeApart(pattern, random.u32());
    if (pattern.fields.has("rm")) operands.rm = roundingMode(random);
    if (pattern.fields.has("imm") && random.chance(0.2)) operands.imm &= random.pick([-1, 0, 15]);
    const bits = putTogether(pattern, operands);
    const decoded = decode(bits);
    if (!decoded || (decoded.compressed ?? decoded.row) !== row) continue;
    if (writesInteger(decoded.row) && isKept(decoded.operands.rd)) continue;
    return operands;
  }
}

/** True where `rd` of the row is an integer register. */
export function writesInteger(row: InstructionRow): boolean {
  return row.pattern.fields.has("rd") && !row.assembly.includes("{rd:f}");
}

function roundingMode(random: Random): number {
  return random.weighted([
    [40, 7],
    [20, 0],
    [10, 1],
    [10, 2],
    [10, 3],
    [10, 4],
    [1, 5],
    [1, 6],
  ]);
}

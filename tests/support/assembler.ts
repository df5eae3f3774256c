/**
 * A tiny assembler over the instruction table: what a test writes is encoded by the same rows that
 * the decoder reads.
 *
 *     assemble(0x8000_0000, [
 *       ...loadConstant(5, 3n),
 *       "again",
 *       asm("addi", { rd: 5, rs1: 5, imm: -1 }),
 *       asm("bne", { rs1: 5, to: "again" }),
 *     ]);
 */
import { noOperands, type Operands, putTogether } from "../../workers/vmm/isa/pattern.ts";
import { aliasTable, compressedTable, instructionTable } from "../../workers/vmm/isa/table.ts";

/** One instruction; `to` names the label that a branch or jump goes to. */
export interface Assembled {
  readonly mnemonic: string;
  readonly operands: Operands;
  readonly to: string | undefined;
  readonly bytes: 2 | 4;
}

/** A line of a program: an instruction, a label, or 32 bits as they are. */
export type Line = Assembled | string | number;

const patterns = new Map(
  [...instructionTable, ...compressedTable, ...aliasTable].map(({ mnemonic, pattern }) => [
    mnemonic,
    pattern,
  ]),
);

export function asm(
  mnemonic: string,
  { to, ...operands }: Partial<Operands> & { to?: string } = {},
): Assembled {
  const pattern = patterns.get(mnemonic);
  if (!pattern) throw new Error(`the table has no instruction ${mnemonic}`);
  const bytes = pattern.bits === 16 ? 2 : 4;
  return { mnemonic, operands: { ...noOperands(), ...operands }, to, bytes };
}

/** The instruction's bits, where it needs no label. */
export function encode({ mnemonic, operands }: Assembled): number {
  const pattern = patterns.get(mnemonic);
  if (!pattern) throw new Error(`the table has no instruction ${mnemonic}`);
  return putTogether(pattern, operands);
}

/** Bytes of a program that will lie at `base`. */
export function assemble(base: number, lines: readonly Line[]): Uint8Array {
  const labels = new Map<string, number>();
  let address = base;
  for (const line of lines) {
    if (typeof line === "string") labels.set(line, address);
    else address += sizeOf(line);
  }
  const code = new DataView(new ArrayBuffer(address - base));
  address = base;
  for (const line of lines) {
    if (typeof line === "string") continue;
    const bits = typeof line === "number" ? line : encode(resolved(line, address, labels));
    if (sizeOf(line) === 4) code.setUint32(address - base, bits, true);
    else code.setUint16(address - base, bits, true);
    address += sizeOf(line);
  }
  return new Uint8Array(code.buffer);
}

/** `rd = value`, any 64 bits. */
export function loadConstant(rd: number, value: number | bigint): Assembled[] {
  const signed = BigInt.asIntN(64, BigInt(value));
  const low = BigInt.asIntN(12, signed);
  const high = signed - low;
  if (BigInt.asIntN(32, signed) === signed) {
    const upper = Number(BigInt.asIntN(32, high));
    if (upper === 0) return [asm("addi", { rd, imm: Number(low) })];
    // addiw: 0x7ffff800 and above carry out of bit 31.
    const rest = asm("addiw", { rd, rs1: rd, imm: Number(low) });
    return [asm("lui", { rd, imm: upper }), rest];
  }
  return [
    ...loadConstant(rd, high >> 12n),
    asm("slli", { rd, rs1: rd, imm: 12 }),
    asm("addi", { rd, rs1: rd, imm: Number(low) }),
  ];
}

function sizeOf(line: Assembled | number): number {
  return typeof line === "number" ? 4 : line.bytes;
}

function resolved(line: Assembled, address: number, labels: ReadonlyMap<string, number>) {
  if (line.to === undefined) return line;
  const target = labels.get(line.to);
  if (target === undefined) throw new Error(`no label is named ${line.to}`);
  return { ...line, operands: { ...line.operands, imm: target - address } };
}

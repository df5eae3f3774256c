/**
 * Pre-decoded instructions: 8 bytes for each halfword of a page of code.
 *
 *     0  u16  operation: which case of the interpreter's `br_table` executes it
 *     2  u16  rd × 8, or the sink slot for x0        (float registers: × 8)
 *     4  u8   rs1 × 8        or, for formats without rs1:
 *     5  u8   rs2 × 8            i32  immediate
 *     6  i16  immediate, CSR number, or u8 rs3 × 8 and u8 rm
 *
 * Record addresses step with the program counter: 4 record bytes per instruction byte. Branch and
 * jump immediates are stored in record bytes.
 */
import type { Decoded } from "../isa/decoder.ts";
import { sinkRegister } from "../isa/hart-layout.ts";
import type { InstructionRow } from "../isa/row.ts";
import { compressedTable, instructionTable } from "../isa/table.ts";

export const recordScale = 4;

/** Operations that are no instruction of the table. */
export const specialOperations = {
  /** Nothing decoded here yet: zero, so that fresh memory says so. */
  undecoded: 0,
  /** One past the last halfword: execution goes on at the next page. */
  nextPage: 1,
  /** A 32-bit instruction whose second half lies on the next page. */
  straddling: 2,
  /** An encoding that means nothing, of 4 or 2 bytes. */
  illegal: 3,
  /** A debugger may want to stop before the instruction; see `CodeCache.setBreakpoints`. */
  breakpoint: 4,
  /** A translated region can be entered here; its entry says what stood here. */
  entry: 5,
  /** Decoded in the run that was saved, not yet here: decoding it is no exit of the guest. */
  known: 6,
} as const;
const specials = Object.keys(specialOperations).length;

/** One case of the interpreter: a row, entered with the length of its encoding. */
export interface Operation {
  readonly row: InstructionRow;
  readonly bytes: 2 | 4;
}

const abbreviated = new Set(compressedTable.map((row) => row.base));

/**
 * The cases in order. A row that has compressed forms gets a 2-byte case right before its own, so
 * that the interpreter can let it fall through.
 */
export const operations: readonly Operation[] = instructionTable.flatMap((row) => {
  const full: Operation = { row, bytes: 4 };
  return abbreviated.has(row.mnemonic) ? [{ row, bytes: 2 }, full] : [full];
});

const operationOf = new Map(
  operations.map(({ row, bytes }, i) => [`${row.mnemonic}/${bytes}`, i + specials]),
);

/** Where rows put their operands in a record. */
export const recordOffsets = {
  operation: 0,
  rd: 2,
  rs1: 4,
  rs2: 5,
  imm: 6,
  rs3: 6,
  rm: 7,
} as const;
export const wideImmediateOffset = 4;

export function hasWideImmediate(row: InstructionRow): boolean {
  return row.pattern.fields.has("imm") && !row.pattern.fields.has("rs1");
}

/** True for rows whose `rd` is an integer register, to which x0 is a sink. */
function writesInteger(row: InstructionRow): boolean {
  return !row.assembly.includes("{rd:f}");
}

export function isPcRelative(row: InstructionRow): boolean {
  return row.assembly.includes("{target}");
}

/** What of a row decides how its record is written, by the row's index in the table. */
const layouts = instructionTable.map((row) => ({
  hasSink: writesInteger(row),
  immediateScale: isPcRelative(row) ? recordScale : 1,
  isWide: hasWideImmediate(row),
  hasCsr: row.pattern.fields.has("csr"),
  hasImmediate: row.pattern.fields.has("imm"),
  short: operationOf.get(`${row.mnemonic}/2`) ?? 0,
  full: operationOf.get(`${row.mnemonic}/4`) ?? 0,
}));

/** Writes the record of a decoded instruction (undefined: illegal) at `address`. */
export function writeRecord(memory: DataView, address: number, decoded: Decoded | undefined): void {
  if (!decoded) {
    memory.setUint16(address, specialOperations.illegal, true);
    return;
  }
  const { index, operands, bytes } = decoded;
  const layout = layouts[index] as (typeof layouts)[number];
  const rd = operands.rd === 0 && layout.hasSink ? sinkRegister : operands.rd;
  const imm = operands.imm * layout.immediateScale;
  memory.setUint16(address + recordOffsets.rd, rd * 8, true);
  if (layout.isWide) {
    memory.setInt32(address + wideImmediateOffset, imm, true);
  } else {
    memory.setUint8(address + recordOffsets.rs1, operands.rs1 * 8);
    memory.setUint8(address + recordOffsets.rs2, operands.rs2 * 8);
    if (layout.hasCsr) {
      memory.setUint16(address + recordOffsets.imm, operands.csr, true);
    } else if (layout.hasImmediate) {
      memory.setInt16(address + recordOffsets.imm, imm, true);
    } else {
      memory.setUint8(address + recordOffsets.rs3, operands.rs3 * 8);
      memory.setUint8(address + recordOffsets.rm, operands.rm);
    }
  }
  // The operation comes last: a record is complete when its operation is there.
  memory.setUint16(address, bytes === 2 ? layout.short : layout.full, true);
}

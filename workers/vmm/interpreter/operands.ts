/** Operands of the record at `rp`, as run-time expressions: shared by both ways of executing. */
import { type I32, type I64, i32, i64 } from "../base/wasm/value.ts";
import { floatRegistersOffset, integerRegistersOffset } from "../isa/hart-layout.ts";
import type { InstructionRow } from "../isa/row.ts";
import { hasWideImmediate, recordOffsets, wideImmediateOffset } from "./record.ts";

export class RecordOperands {
  readonly #hart: I32;
  readonly #record: I32;
  readonly #row: InstructionRow;

  constructor(hart: I32, record: I32, row: InstructionRow) {
    this.#hart = hart;
    this.#record = record;
    this.#row = row;
  }

  get rs1(): I64 {
    return i64.load(this.#register(recordOffsets.rs1), integerRegistersOffset);
  }
  get rs2(): I64 {
    return i64.load(this.#register(recordOffsets.rs2), integerRegistersOffset);
  }
  /** In record bytes where the row is a branch or jump. */
  get imm(): I64 {
    return hasWideImmediate(this.#row)
      ? i64.load32S(this.#record, wideImmediateOffset)
      : i64.load16S(this.#record, recordOffsets.imm);
  }
  get imm32(): I32 {
    return hasWideImmediate(this.#row)
      ? i32.load(this.#record, wideImmediateOffset)
      : i32.load16S(this.#record, recordOffsets.imm);
  }
  get rs1Number(): I32 {
    return i32.load8U(this.#record, recordOffsets.rs1).shrU(3);
  }
  get rs2Number(): I32 {
    return i32.load8U(this.#record, recordOffsets.rs2).shrU(3);
  }
  /** Zero where rd is x0. */
  get rdNumber(): I32 {
    return i32.load16U(this.#record, recordOffsets.rd).shrU(3).and(31);
  }
  get csrNumber(): I32 {
    return i32.load16U(this.#record, recordOffsets.imm);
  }
  get rm(): I32 {
    return i32.load8U(this.#record, recordOffsets.rm);
  }
  /** Address of rd's slot, without the register file's offset. */
  get rdSlot(): I32 {
    return this.#hart.add(i32.load16U(this.#record, recordOffsets.rd));
  }
  float(operand: 1 | 2 | 3): I64 {
    const offset = [0, recordOffsets.rs1, recordOffsets.rs2, recordOffsets.rs3][operand] as number;
    return i64.load(this.#register(offset), floatRegistersOffset);
  }
  /** Address of a source float register, without the register file's offset. */
  floatSlot(operand: 1 | 2 | 3): I32 {
    const offset = [0, recordOffsets.rs1, recordOffsets.rs2, recordOffsets.rs3][operand] as number;
    return this.#register(offset);
  }

  #register(offset: number): I32 {
    return this.#hart.add(i32.load8U(this.#record, offset));
  }
}

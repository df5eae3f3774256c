/** Operands of the record at `rp`, as run-time expressions: shared by both ways of executing. */
import type { FunctionBuilder } from "../base/wasm/function-builder.ts";
import {
  type F32,
  type F64,
  f32,
  f64,
  type I32,
  type I64,
  i32,
  i64,
  select,
} from "../base/wasm/value.ts";
import type { InlineOperands } from "../hart/inline/inline-operands.ts";
import { floatRegistersOffset, integerRegistersOffset } from "../isa/hart-layout.ts";
import type { InstructionRow } from "../isa/row.ts";
import { hasWideImmediate, recordOffsets, wideImmediateOffset } from "./record.ts";

export class RecordOperands implements InlineOperands {
  readonly #f: FunctionBuilder;
  readonly #hart: I32;
  readonly #record: I32;
  readonly #row: InstructionRow;

  constructor(f: FunctionBuilder, hart: I32, record: I32, row: InstructionRow) {
    this.#f = f;
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
  /** `imm` of a jump, without the way through 64 bits. */
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
  /** The value that rd has before the instruction writes it. */
  get oldRd(): I64 {
    return i64.load(this.#oldRdSlot, integerRegistersOffset);
  }
  /** The second registers of the pairs that begin with rs2 and with rd; zero after x0. */
  get rs2Next(): I64 {
    const value = i64.load(this.#register(recordOffsets.rs2), integerRegistersOffset + 8);
    return select(this.rs2Number, value, i64.const(0));
  }
  get oldRdNext(): I64 {
    const value = i64.load(this.#oldRdSlot, integerRegistersOffset + 8);
    return select(this.rdNumber, value, i64.const(0));
  }
  /** Address of rd's slot, without the register file's offset. */
  get rdSlot(): I32 {
    return this.#hart.add(i32.load16U(this.#record, recordOffsets.rd));
  }
  float(operand: 1 | 2 | 3): I64 {
    return i64.load(this.#floatSlot(operand), floatRegistersOffset);
  }
  double(operand: 1 | 2 | 3): F64 {
    return f64.load(this.#floatSlot(operand), floatRegistersOffset);
  }
  single(operand: 1 | 2 | 3): F32 {
    return f32.load(this.#floatSlot(operand), floatRegistersOffset);
  }
  isSingle(operand: 1 | 2 | 3): I32 {
    return i64.load32S(this.#floatSlot(operand), floatRegistersOffset + 4).eq(-1);
  }

  writeRd(value: I64): void {
    this.#f.store(this.rdSlot, integerRegistersOffset, value);
  }
  writeFloat(bits: I64): void {
    this.#f.store(this.rdSlot, floatRegistersOffset, bits);
  }
  writeDouble(value: F64): void {
    this.#f.store(this.rdSlot, floatRegistersOffset, value);
  }

  /** That of x0 where rd is the sink. */
  get #oldRdSlot(): I32 {
    return this.#hart.add(i32.load8U(this.#record, recordOffsets.rd));
  }

  /** Address of a source float register, without the register file's offset. */
  #floatSlot(operand: 1 | 2 | 3): I32 {
    const offset = [0, recordOffsets.rs1, recordOffsets.rs2, recordOffsets.rs3][operand] as number;
    return this.#register(offset);
  }

  #register(offset: number): I32 {
    return this.#hart.add(i32.load8U(this.#record, offset));
  }
}

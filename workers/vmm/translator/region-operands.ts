import type { FunctionBuilder } from "../base/wasm/function-builder.ts";
import { type F32, type F64, type I32, type I64, i32, i64 } from "../base/wasm/value.ts";
import type { InlineOperands } from "../hart/inline/inline-operands.ts";
import type { Decoded } from "../isa/decoder.ts";
import type { RegionRegisters } from "./region-registers.ts";

/** Operands of one translated instruction: numbers are constants, registers are locals. */
export class RegionOperands implements InlineOperands {
  readonly #f: FunctionBuilder;
  readonly #registers: RegionRegisters;
  readonly #operands: Decoded["operands"];

  constructor(f: FunctionBuilder, registers: RegionRegisters, { operands }: Decoded) {
    this.#f = f;
    this.#registers = registers;
    this.#operands = operands;
  }

  get rs1(): I64 {
    return this.#x(this.#operands.rs1);
  }
  get rs2(): I64 {
    return this.#x(this.#operands.rs2);
  }
  get oldRd(): I64 {
    return this.#x(this.#operands.rd);
  }
  get imm(): I64 {
    return i64.const(this.#operands.imm);
  }
  get rm(): I32 {
    return i32.const(this.#operands.rm);
  }
  get rs1Number(): I32 {
    return i32.const(this.#operands.rs1);
  }
  get rdNumber(): I32 {
    return i32.const(this.#operands.rd);
  }
  get csrNumber(): I32 {
    return i32.const(this.#operands.csr);
  }

  float(operand: 1 | 2 | 3): I64 {
    return this.double(operand).reinterpretInteger() as unknown as I64;
  }
  double(operand: 1 | 2 | 3): F64 {
    const { rs1, rs2, rs3 } = this.#operands;
    return this.#registers.f([0, rs1, rs2, rs3][operand] as number);
  }
  single(operand: 1 | 2 | 3): F32 {
    return this.float(operand).wrap().reinterpretF32();
  }
  isSingle(operand: 1 | 2 | 3): I32 {
    return this.float(operand).shrS(32).eq(-1);
  }

  writeRd(value: I64): void {
    const { rd } = this.#operands;
    if (rd !== 0) this.#registers.x(rd).set(value);
    // What a row computes has an effect sometimes, so that it must be computed all the same.
    else if (value.constant === undefined) this.#f.do(value, true);
  }
  writeFloat(bits: I64): void {
    this.#registers.f(this.#operands.rd).set(bits.reinterpretF64());
  }
  writeDouble(value: F64): void {
    this.#registers.f(this.#operands.rd).set(value);
  }

  #x(register: number): I64 {
    return register === 0 ? i64.const(0) : this.#registers.x(register);
  }
}

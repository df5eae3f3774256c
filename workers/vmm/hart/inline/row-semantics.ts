/** What all ways of executing a row have in common: where operands come from and rd goes to. */
import type { FunctionBuilder } from "../../base/wasm/function-builder.ts";
import type { I32, I64 } from "../../base/wasm/value.ts";

/** Operands of one instruction: run-time expressions in the interpreter, constants elsewhere. */
export interface RowOperands {
  readonly rs1: I64;
  readonly rs2: I64;
  readonly rs1Number: I32;
  readonly rdNumber: I32;
  readonly csrNumber: I32;
  /** Drops the value where rd is x0. */
  writeRd(value: I64): void;
}

export abstract class RowSemantics<O extends RowOperands> {
  readonly f: FunctionBuilder;
  protected readonly operands: O;

  constructor(f: FunctionBuilder, operands: O) {
    this.f = f;
    this.operands = operands;
  }

  abstract jump(): void;

  get rs1(): I64 {
    return this.operands.rs1;
  }
  get rs2(): I64 {
    return this.operands.rs2;
  }
  get rs1Number(): I32 {
    return this.operands.rs1Number;
  }
  get rdNumber(): I32 {
    return this.operands.rdNumber;
  }
  get csrNumber(): I32 {
    return this.operands.csrNumber;
  }

  writeRd(value: I64): void {
    this.operands.writeRd(value);
  }

  branch(condition: I32): void {
    this.f.if(condition, () => this.jump());
  }
}

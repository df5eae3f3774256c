/** What both ways of executing a record have in common: where operands come from and rd goes to. */
import type { FunctionBuilder } from "../base/wasm/function-builder.ts";
import type { I32, I64 } from "../base/wasm/value.ts";
import { integerRegistersOffset } from "../isa/hart-layout.ts";
import type { RecordOperands } from "./operands.ts";

export abstract class RecordSemantics {
  readonly f: FunctionBuilder;
  protected readonly operands: RecordOperands;

  constructor(f: FunctionBuilder, operands: RecordOperands) {
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
    this.f.store(this.operands.rdSlot, integerRegistersOffset, value);
  }

  branch(condition: I32): void {
    this.f.if(condition, () => this.jump());
  }
}

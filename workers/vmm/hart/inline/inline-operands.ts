import type { F32, F64, I32, I64 } from "../../base/wasm/value.ts";
import type { RowOperands } from "./row-semantics.ts";

/** Operands of an instruction that is inlined. Float registers are read in the form that is needed. */
export interface InlineOperands extends RowOperands {
  readonly imm: I64;
  readonly rm: I32;
  /** The value that rd has before the instruction writes it. */
  readonly oldRd: I64;
  /** All 64 bits of a source float register. */
  float(operand: 1 | 2 | 3): I64;
  double(operand: 1 | 2 | 3): F64;
  /** The low half, whatever stands above it. */
  single(operand: 1 | 2 | 3): F32;
  /** 1 where the register holds a NaN-boxed single. */
  isSingle(operand: 1 | 2 | 3): I32;
  /** All 64 bits of the float register rd. */
  writeFloat(bits: I64): void;
  writeDouble(value: F64): void;
}

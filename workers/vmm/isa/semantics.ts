/**
 * What an instruction's meaning may be made of: the vocabulary of the `execute` column.
 *
 * A row says what an instruction does once, in these words; each engine gives them its own
 * implementation. Operands are `Value`s: expressions over run-time records in the interpreter,
 * constants in the translator, where everything that depends on them folds away.
 *
 * Two kinds of implementation exist. A *fast* one leaves the instruction, before any effect, for
 * the exact one to execute whenever it meets something rare (a TLB miss, a device, a rounding that
 * the host cannot do). An *exact* one handles everything, traps included. So a row must perform
 * its loads, checks and raises before its writes.
 */
import type { FunctionBuilder } from "../base/wasm/function-builder.ts";
import type { I32, I64 } from "../base/wasm/value.ts";

export type Width = 1 | 2 | 4 | 8;
export type Extension = "signed" | "unsigned";
export type FloatFormat = "half" | "single" | "double";
export type IntegerFormat = "w" | "wu" | "l" | "lu";

export interface Semantics {
  readonly f: FunctionBuilder;

  // Operands. Reading a register twice loads it twice: bind with `f.let` where that matters.
  readonly rs1: I64;
  readonly rs2: I64;
  /** Immediate, sign- or zero-extended as the encoding says. */
  readonly imm: I64;
  /** Address of this instruction, and of the one after it. */
  readonly pc: I64;
  readonly next: I64;
  /** Register number of rs1 as it stands in the encoding: the immediate of `csrrwi`, or a test for x0. */
  readonly rs1Number: I32;
  readonly rdNumber: I32;
  readonly csrNumber: I32;

  writeRd(value: I64): void;

  // Control transfer; a row ends with it.
  /** To `pc + imm` where the condition holds. */
  branch(condition: I32): void;
  /** To `pc + imm`. */
  jump(): void;
  /** To a computed address; bit 0 is cleared here. */
  jumpTo(target: I64): void;

  // Memory through the MMU.
  load(address: I64, width: Width, extension: Extension): I64;
  store(address: I64, value: I64, width: Width): void;
  /** Atomic memory operation: rd gets the old value, memory `update(old, rs2)`. Naturally aligned. */
  atomic(address: I64, width: 4 | 8, update: (old: I64, operand: I64) => I64): void;
  loadReserved(address: I64, width: 4 | 8): void;
  storeConditional(address: I64, value: I64, width: 4 | 8): void;
  /**
   * Memory becomes rs2 where it equals rd, which gets the old value. 16 bytes are those of two
   * registers each, the second of which is zero, or not written, where the first is x0.
   */
  compareAndSwap(address: I64, width: 4 | 8 | 16): void;
  /** `cbo.inval`, `cbo.clean` and `cbo.flush`: no effect in coherent memory, but their faults. */
  manageCacheBlock(address: I64, operation: "invalidate" | "clean" | "flush"): void;
  /** `cbo.zero` of the block that the address lies in. */
  zeroCacheBlock(address: I64): void;

  // The rest of the hart.
  /** Raises an exception (cause number of the privileged manual, table 3.6). */
  raise(cause: number, trapValue: I64): void;
  illegal(): void;
  /** Reads a CSR unless `read` is 0, writes unless `write` is 0, then sets rd. */
  accessCsr(update: "write" | "set" | "clear", operand: I64, read: I32, write: I32): void;
  environmentCall(): void;
  breakpoint(): void;
  trapReturn(from: "machine" | "supervisor"): void;
  waitForInterrupt(): void;
  fenceInstructions(): void;
  /** A hint that the hart waits for other harts: their turn comes at once. */
  endTurn(): void;
  /** `sfence.vma`: rs1 is the address and rs2 the address space unless their number is x0. */
  fenceAddressTranslation(): void;

  /** Illegal in U-mode. */
  needSupervisor(): void;

  readonly float: FloatSemantics;
}

/** Floating-point register values are raw bit patterns; those of narrow formats are NaN-boxed. */
export interface FloatSemantics {
  /** Raw 64 bits of rs1, rs2, rs3: for stores and moves. */
  raw(operand: 1 | 2 | 3): I64;
  /** Writes all 64 bits of the float register rd. */
  writeRaw(bits: I64): void;
  load(address: I64, format: FloatFormat): void;
  /** add, sub, mul, div of rs1 and rs2, and sqrt of rs1, rounded by the rm field. */
  arithmetic(operation: "add" | "sub" | "mul" | "div" | "sqrt", format: FloatFormat): void;
  /** ±(rs1 × rs2) ± rs3 with one rounding. */
  fused(format: FloatFormat, negateProduct: boolean, negateAddend: boolean): void;
  signInject(format: FloatFormat, sign: (own: I64, other: I64) => I64): void;
  /** `minm` and `maxm` give a NaN where an operand is one. */
  minMax(operation: "min" | "max" | "minm" | "maxm", format: FloatFormat): void;
  /** `ltq` and `leq` take a quiet NaN for valid. */
  compare(operation: "eq" | "lt" | "le" | "ltq" | "leq", format: FloatFormat): void;
  classify(format: FloatFormat): void;
  toInteger(format: FloatFormat, integer: IntegerFormat): void;
  fromInteger(format: FloatFormat, integer: IntegerFormat): void;
  /** `fcvtmod.w.d`: towards zero, modulo 2^32. */
  toIntegerModular(): void;
  /** Between two formats. */
  convert(to: FloatFormat, from: FloatFormat): void;
  /** To an integer of the format; `roundnx` raises NX where that changes the value. */
  toIntegral(operation: "round" | "roundnx", format: FloatFormat): void;
  /** `fli`: one of 32 constants, the number of which stands in the place of rs1. */
  loadConstant(format: FloatFormat): void;
  moveToInteger(format: FloatFormat): void;
  moveFromInteger(format: FloatFormat): void;
}

/** Floating point in all rounding modes with all flags, by the integer routines of the hart layer. */
import type { Callee } from "../base/wasm/module-builder.ts";
import { type I32, type I64, i32, select } from "../base/wasm/value.ts";
import { mstatus } from "../hart/privilege.ts";
import { floatRegistersOffset, HartFields } from "../isa/hart-layout.ts";
import type { FloatFormat, FloatSemantics, IntegerFormat, Semantics } from "../isa/semantics.ts";
import type { RecordOperands } from "./operands.ts";
import type { StepState } from "./step-state.ts";

type Arithmetic = Parameters<FloatSemantics["arithmetic"]>[0];
type Operand = I32 | I64;
type AnyCallee = Callee<readonly ("i32" | "i64")[], "i32" | "i64">;

/** The integer side of the same row. */
type IntegerSide = Pick<Semantics, "load" | "writeRd" | "rs1" | "illegal">;

const boxed = -1n << 32n;
const canonicalNan = 0x7fc0_0000;
const dynamic = 7;
const reservedModes = 5;

const toIntegerName = { w: "toI32", wu: "toU32", l: "toI64", lu: "toU64" } as const;
const fromIntegerName = { w: "fromI32", wu: "fromU32", l: "fromI64", lu: "fromU64" } as const;

export class ExactFloat implements FloatSemantics {
  readonly #state: StepState;
  readonly #h: HartFields;
  readonly #operands: RecordOperands;
  readonly #integer: IntegerSide;

  constructor(state: StepState, operands: RecordOperands, integer: IntegerSide) {
    this.#state = state;
    this.#h = new HartFields(state.f, state.hart);
    this.#operands = operands;
    this.#integer = integer;
  }

  raw(operand: 1 | 2 | 3): I64 {
    this.#needFloat();
    return this.#operands.float(operand);
  }

  writeRaw(bits: I64): void {
    this.#state.f.store(this.#operands.rdSlot, floatRegistersOffset, bits);
    this.#h.set("mstatus", this.#h.get("mstatus").or(mstatus.fs));
  }

  load(address: I64, format: FloatFormat): void {
    this.#needFloat();
    const value = this.#integer.load(address, format === "single" ? 4 : 8, "unsigned");
    this.writeRaw(format === "single" ? value.or(boxed) : value);
  }

  arithmetic(operation: Arithmetic, format: FloatFormat): void {
    const mode = this.#roundingMode();
    const a = this.#operand(1, format);
    const operands = operation === "sqrt" ? [a, mode] : [a, this.#operand(2, format), mode];
    this.#writeResult(this.#call(this.#functions(format)[operation], operands), format);
  }

  fused(format: FloatFormat, negateProduct: boolean, negateAddend: boolean): void {
    const mode = this.#roundingMode();
    const signBit = format === "single" ? 1n << 31n : 1n << 63n;
    const flip = (value: Operand, negate: boolean): Operand =>
      negate ? (value as I64).xor(signBit) : value;
    const a = flip(this.#operand(1, format), negateProduct);
    const c = flip(this.#operand(3, format), negateAddend);
    const operands = [a, this.#operand(2, format), c, mode];
    this.#writeResult(this.#call(this.#functions(format).fma, operands), format);
  }

  signInject(format: FloatFormat, sign: (own: I64, other: I64) => I64): void {
    this.#needFloat();
    const wide = (operand: 1 | 2): I64 =>
      format === "single"
        ? (this.#operand(operand, format) as I32).extendU()
        : this.#operands.float(operand);
    const own = this.#state.f.let(wide(1));
    const other = this.#state.f.let(wide(2));
    const signBit = format === "single" ? 1n << 31n : 1n << 63n;
    const bits = own.and(~signBit).or(sign(own, other).and(signBit));
    this.writeRaw(format === "single" ? bits.or(boxed) : bits);
  }

  minMax(operation: "min" | "max", format: FloatFormat): void {
    this.#needFloat();
    const operands = [this.#operand(1, format), this.#operand(2, format)];
    this.#writeResult(this.#call(this.#functions(format)[operation], operands), format);
  }

  compare(operation: "eq" | "lt" | "le", format: FloatFormat): void {
    this.#needFloat();
    const operands = [this.#operand(1, format), this.#operand(2, format)];
    const holds = this.#call(this.#functions(format)[operation], operands) as I32;
    this.#integer.writeRd(holds.extendU());
  }

  classify(format: FloatFormat): void {
    this.#needFloat();
    const { classify } = this.#functions(format);
    const kind = (classify as unknown as AnyCallee).call(this.#operand(1, format)) as I32;
    this.#integer.writeRd(kind.extendU());
  }

  toInteger(format: FloatFormat, integer: IntegerFormat): void {
    const mode = this.#roundingMode();
    const callee = this.#functions(format)[toIntegerName[integer]];
    this.#integer.writeRd(this.#call(callee, [this.#operand(1, format), mode]) as I64);
  }

  fromInteger(format: FloatFormat, integer: IntegerFormat): void {
    const mode = this.#roundingMode();
    const callee = this.#functions(format)[fromIntegerName[integer]];
    this.#writeResult(this.#call(callee, [this.#integer.rs1, mode]), format);
  }

  convert(format: FloatFormat): void {
    const mode = this.#roundingMode();
    const { float } = this.#state.functions;
    const [callee, source] =
      format === "single"
        ? ([float.f64ToF32, "double"] as const)
        : ([float.f32ToF64, "single"] as const);
    this.#writeResult(this.#call(callee, [this.#operand(1, source), mode]), format);
  }

  moveToInteger(format: FloatFormat): void {
    const bits = this.raw(1);
    this.#integer.writeRd(format === "single" ? bits.extend32S() : bits);
  }

  moveFromInteger(format: FloatFormat): void {
    this.#needFloat();
    const { rs1 } = this.#integer;
    this.writeRaw(format === "single" ? rs1.or(boxed) : rs1);
  }

  #functions(format: FloatFormat) {
    const { float } = this.#state.functions;
    return format === "single" ? float.f32 : float.f64;
  }

  #needFloat(): void {
    this.#state.f.if(this.#h.get("mstatus").and(mstatus.fs).eqz(), () => this.#integer.illegal());
  }

  /** The instruction's rounding mode, `frm` where it is dynamic; the reserved ones are illegal. */
  #roundingMode(): I32 {
    const { f } = this.#state;
    this.#needFloat();
    const mode = f.let(this.#operands.rm);
    f.if(mode.eq(dynamic), () => mode.set(this.#h.get("frm")));
    f.if(mode.geU(reservedModes), () => this.#integer.illegal());
    return mode;
  }

  /** A single-precision value that is not NaN-boxed counts as the canonical NaN. */
  #operand(operand: 1 | 2 | 3, format: FloatFormat): Operand {
    const bits = this.#state.f.let(this.#operands.float(operand));
    if (format === "double") return bits;
    return select(bits.shrS(32).eq(-1), bits.wrap(), i32.const(canonicalNan));
  }

  /** Calls a routine and adds what it raised to `fflags`. */
  #call(callee: unknown, operands: readonly Operand[]): Operand {
    const { f, functions } = this.#state;
    const { flags } = functions.float;
    this.#h.count("float");
    f.setGlobal(flags, i32.const(0));
    const result = f.let((callee as AnyCallee).call(...operands));
    f.if(flags.get(), () => {
      this.#h.set("fflags", this.#h.get("fflags").or(flags.get()));
      this.#h.set("mstatus", this.#h.get("mstatus").or(mstatus.fs));
    });
    return result as Operand;
  }

  #writeResult(result: Operand, format: FloatFormat): void {
    const bits = format === "single" ? (result as I32).extendU().or(boxed) : (result as I64);
    this.writeRaw(bits);
  }
}

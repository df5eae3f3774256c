/** Floating point in all rounding modes with all flags, by the integer routines of the hart layer. */
import type { Callee } from "../base/wasm/module-builder.ts";
import { type I32, type I64, i32, select } from "../base/wasm/value.ts";
import { binary16, binary32, binary64 } from "../hart/float/format.ts";
import { floatConstant, signExtended } from "../hart/inline/float-values.ts";
import { mstatus } from "../hart/privilege.ts";
import { floatRegistersOffset, HartFields } from "../isa/hart-layout.ts";
import type { FloatFormat, FloatSemantics, IntegerFormat, Semantics } from "../isa/semantics.ts";
import type { RecordOperands } from "./operands.ts";
import type { StepState } from "./step-state.ts";

type Arithmetic = Parameters<FloatSemantics["arithmetic"]>[0];
type MinMax = Parameters<FloatSemantics["minMax"]>[0];
type Comparison = Parameters<FloatSemantics["compare"]>[0];
type Operand = I32 | I64;
type AnyCallee = Callee<readonly ("i32" | "i64")[], "i32" | "i64">;

/** The integer side of the same row. */
type IntegerSide = Pick<Semantics, "load" | "writeRd" | "rs1" | "illegal">;

const formats = { half: binary16, single: binary32, double: binary64 } as const;
const names = { half: "f16", single: "f32", double: "f64" } as const;
/** The ones above a value of a narrow format in its register; none for a double. */
const boxOf = (format: FloatFormat): bigint => -2n << BigInt(formats[format].signPlace);
const signBitOf = (format: FloatFormat): bigint => 1n << BigInt(formats[format].signPlace);
const bytesOf = { half: 2, single: 4, double: 8 } as const;
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
    const value = this.#integer.load(address, bytesOf[format], "unsigned");
    this.#writeBoxed(value, format);
  }

  arithmetic(operation: Arithmetic, format: FloatFormat): void {
    const mode = this.#roundingMode();
    const a = this.#operand(1, format);
    const operands = operation === "sqrt" ? [a, mode] : [a, this.#operand(2, format), mode];
    this.#writeResult(this.#call(this.#functions(format)[operation], operands), format);
  }

  fused(format: FloatFormat, negateProduct: boolean, negateAddend: boolean): void {
    const mode = this.#roundingMode();
    const flip = (value: Operand, negate: boolean): Operand =>
      negate ? (value as I64).xor(signBitOf(format)) : value;
    const a = flip(this.#operand(1, format), negateProduct);
    const c = flip(this.#operand(3, format), negateAddend);
    const operands = [a, this.#operand(2, format), c, mode];
    this.#writeResult(this.#call(this.#functions(format).fma, operands), format);
  }

  signInject(format: FloatFormat, sign: (own: I64, other: I64) => I64): void {
    this.#needFloat();
    const wide = (operand: 1 | 2): I64 =>
      format === "double"
        ? this.#operands.float(operand)
        : (this.#operand(operand, format) as I32).extendU();
    const own = this.#state.f.let(wide(1));
    const other = this.#state.f.let(wide(2));
    const signBit = signBitOf(format);
    this.#writeBoxed(own.and(~signBit).or(sign(own, other).and(signBit)), format);
  }

  minMax(operation: MinMax, format: FloatFormat): void {
    this.#needFloat();
    const operands = [this.#operand(1, format), this.#operand(2, format)];
    this.#writeResult(this.#call(this.#functions(format)[operation], operands), format);
  }

  compare(operation: Comparison, format: FloatFormat): void {
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

  toIntegerModular(): void {
    this.#needFloat();
    const { f64ToI32Modular } = this.#state.functions.float;
    this.#integer.writeRd(this.#call(f64ToI32Modular, [this.#operand(1, "double")]) as I64);
  }

  convert(to: FloatFormat, from: FloatFormat): void {
    const mode = this.#roundingMode();
    const name = `${names[from]}T${names[to].replace("f", "oF")}` as "f32ToF64";
    const callee = this.#state.functions.float[name];
    this.#writeResult(this.#call(callee, [this.#operand(1, from), mode]), to);
  }

  toIntegral(operation: "round" | "roundnx", format: FloatFormat): void {
    const mode = this.#roundingMode();
    const callee = this.#functions(format)[operation];
    this.#writeResult(this.#call(callee, [this.#operand(1, format), mode]), format);
  }

  loadConstant(format: FloatFormat): void {
    this.#needFloat();
    this.writeRaw(floatConstant(this.#operands.rs1Number, format));
  }

  moveToInteger(format: FloatFormat): void {
    this.#integer.writeRd(signExtended(this.raw(1), format));
  }

  moveFromInteger(format: FloatFormat): void {
    this.#needFloat();
    this.#writeBoxed(this.#integer.rs1, format);
  }

  #functions(format: FloatFormat) {
    return this.#state.functions.float[names[format]];
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

  /** A value of a narrow format that is not NaN-boxed counts as the canonical NaN. */
  #operand(operand: 1 | 2 | 3, format: FloatFormat): Operand {
    const bits = this.#state.f.let(this.#operands.float(operand));
    if (format === "double") return bits;
    const { signPlace, canonicalNan } = formats[format];
    const isBoxed = bits.shrS(signPlace + 1).eq(-1);
    const value = format === "half" ? bits.wrap().and(0xffff) : bits.wrap();
    return select(isBoxed, value, i32.const(canonicalNan));
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
    this.#writeBoxed(format === "double" ? (result as I64) : (result as I32).extendU(), format);
  }

  #writeBoxed(bits: I64, format: FloatFormat): void {
    this.writeRaw(format === "double" ? bits : bits.or(boxOf(format)));
  }
}

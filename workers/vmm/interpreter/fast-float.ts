/**
 * Floating point on the host's own arithmetic where that is certainly right: rounding to nearest
 * even, the inexact flag set already (it is sticky, so the result needs no exactness test), and
 * operands and result for which no other flag can be due. Everything else leaves to `step`.
 */
import {
  type F32,
  type F64,
  f32,
  f64,
  type I32,
  type I64,
  i64,
  select,
} from "../base/wasm/value.ts";
import { floatRegistersOffset } from "../isa/hart-layout.ts";
import type { FloatFormat, FloatSemantics, IntegerFormat, Semantics } from "../isa/semantics.ts";
import type { RecordOperands } from "./operands.ts";
import type { RunState } from "./run-state.ts";

type Arithmetic = Parameters<FloatSemantics["arithmetic"]>[0];
type Native = F32 | F64;
/** The integer side of the same row. */
type IntegerSide = Pick<Semantics, "load" | "writeRd" | "rs1">;

const boxed = -1n << 32n;

/** The magnitude bits of a format: its smallest normal number and its infinity. */
const limits = {
  single: { smallestNormal: 0x0080_0000n, infinity: 0x7f80_0000n },
  double: { smallestNormal: 0x0010_0000_0000_0000n, infinity: 0x7ff0_0000_0000_0000n },
} as const;

/** Opcodes of the conversions (WebAssembly §5.4.7), by source and target. */
const convertOpcodes = {
  single: { w: 0xb2, wu: 0xb3, l: 0xb4, lu: 0xb5 },
  double: { w: 0xb7, wu: 0xb8, l: 0xb9, lu: 0xba },
} as const;
const truncateOpcodes = { single: 0xae, double: 0xb0 } as const;
const demote = 0xb6;
const promote = 0xbb;

export class FastFloat implements FloatSemantics {
  readonly #state: RunState;
  readonly #operands: RecordOperands;
  readonly #integer: IntegerSide;

  constructor(state: RunState, operands: RecordOperands, integer: IntegerSide) {
    this.#state = state;
    this.#operands = operands;
    this.#integer = integer;
  }

  raw(operand: 1 | 2 | 3): I64 {
    this.#need(this.#state.floatOn);
    return this.#operands.float(operand);
  }

  writeRaw(bits: I64): void {
    this.#state.f.store(this.#operands.rdSlot, floatRegistersOffset, bits);
  }

  load(address: I64, format: FloatFormat): void {
    this.#need(this.#state.floatOn);
    const value = this.#integer.load(address, format === "single" ? 4 : 8, "unsigned");
    this.writeRaw(format === "single" ? value.or(boxed) : value);
  }

  arithmetic(operation: Arithmetic, format: FloatFormat): void {
    this.#needRounding();
    const a = this.#native(1, format);
    const result =
      operation === "sqrt" ? a.sqrt() : (a as F64)[operation](this.#native(2, format) as F64);
    const bits = this.#bits(result, format);
    // Sums below the normal range are exact; products and quotients may be due an underflow.
    this.#need(
      operation === "mul" || operation === "div"
        ? isNormal(bits, format)
        : isFiniteNumber(bits, format),
    );
    this.#write(bits, format);
  }

  /** The host has no fused multiply-add. */
  fused(): void {
    this.#leave();
  }

  signInject(format: FloatFormat, sign: (own: I64, other: I64) => I64): void {
    this.#need(this.#state.floatOn);
    const own = this.#checked(1, format);
    const other = this.#checked(2, format);
    const signBit = format === "single" ? 0x8000_0000n : 1n << 63n;
    this.writeRaw(own.and(~signBit).or(sign(own, other).and(signBit)));
  }

  minMax(operation: "min" | "max", format: FloatFormat): void {
    this.#need(this.#state.floatOn);
    const a = this.#native(1, format) as F64;
    const b = this.#native(2, format) as F64;
    // Equal operands may be zeros of different signs; NaN compares with nothing.
    const less = this.#state.f.let(a.lt(b));
    this.#need(less.or(a.gt(b)));
    const first = this.#operands.float(1);
    const second = this.#operands.float(2);
    this.writeRaw(operation === "min" ? select(less, first, second) : select(less, second, first));
  }

  compare(operation: "eq" | "lt" | "le", format: FloatFormat): void {
    this.#need(this.#state.floatOn);
    const a = this.#native(1, format) as F64;
    const b = this.#native(2, format) as F64;
    this.#need(a.eq(a).and(b.eq(b)));
    this.#integer.writeRd(a[operation](b).extendU());
  }

  classify(): void {
    this.#leave();
  }

  toInteger(format: FloatFormat, integer: IntegerFormat): void {
    const { f, floatFast } = this.#state;
    // Truncation needs no rounding mode, only that an inexact result is no news.
    this.#need(floatFast);
    this.#need(this.#operands.rm.eq(1));
    const a = this.#native(1, format);
    const bits = f.let(this.#bits(a, format));
    const exponentOf = { w: 31, wu: 32, l: 63, lu: 63 }[integer];
    const bias = format === "single" ? 127 : 1023;
    const mantissa = format === "single" ? 23 : 52;
    const limit = BigInt(exponentOf + bias) << BigInt(mantissa);
    this.#need(magnitude(bits, format).ltU(limit));
    // A negative number has no unsigned form: -0.5 is inexact, -1 invalid.
    if (integer === "wu" || integer === "lu") this.#need(signOf(bits, format).eqz());
    const truncated = a.convert("i64", truncateOpcodes[format]);
    this.#integer.writeRd(integer === "wu" ? truncated.extend32S() : truncated);
  }

  fromInteger(format: FloatFormat, integer: IntegerFormat): void {
    const isWord = integer === "w" || integer === "wu";
    if (isWord && format === "double") this.#need(this.#state.floatOn);
    else this.#needRounding();
    const source = isWord ? this.#integer.rs1.wrap() : this.#integer.rs1;
    const opcode = convertOpcodes[format][integer];
    const result: Native =
      format === "single" ? source.convert("f32", opcode) : source.convert("f64", opcode);
    this.#write(this.#bits(result, format), format);
  }

  convert(format: FloatFormat): void {
    if (format === "double") {
      this.#need(this.#state.floatOn);
      const a = this.#native(1, "single");
      this.#need((a as F64).eq(a as F64));
      this.#write(this.#bits(a.convert("f64", promote), "double"), "double");
      return;
    }
    this.#needRounding();
    const bits = this.#bits(this.#native(1, "double").convert("f32", demote), "single");
    this.#need(isNormal(bits, "single"));
    this.#write(bits, "single");
  }

  moveToInteger(format: FloatFormat): void {
    const bits = this.raw(1);
    this.#integer.writeRd(format === "single" ? bits.extend32S() : bits);
  }

  moveFromInteger(format: FloatFormat): void {
    this.#need(this.#state.floatOn);
    const { rs1 } = this.#integer;
    this.writeRaw(format === "single" ? rs1.or(boxed) : rs1);
  }

  /** Rounds as the host does: to nearest even, by the instruction or by `frm`. */
  #needRounding(): void {
    this.#need(this.#state.floatFast);
    // rm 0 is nearest even and 7 is `frm`: the two for which (rm + 1) & 7 is below 2.
    this.#need(this.#operands.rm.add(1).and(7).ltU(2));
  }

  /** A single-precision operand must be NaN-boxed, else it stands for a NaN. */
  #checked(operand: 1 | 2 | 3, format: FloatFormat): I64 {
    if (format === "double") return this.#operands.float(operand);
    const bits = this.#state.f.let(this.#operands.float(operand));
    this.#need(bits.shrS(32).eq(-1));
    return bits;
  }

  #native(operand: 1 | 2 | 3, format: FloatFormat): Native {
    const { f } = this.#state;
    const slot = this.#operands.floatSlot(operand);
    if (format === "double") return f.let(f64.load(slot, floatRegistersOffset));
    this.#need(i64.load32S(slot, floatRegistersOffset + 4).eq(-1));
    return f.let(f32.load(slot, floatRegistersOffset));
  }

  /** The bit pattern; of a single in the low half. */
  #bits(value: Native, format: FloatFormat): I64 {
    const pattern = value.reinterpretInteger();
    return this.#state.f.let(
      format === "single" ? (pattern as I32).extendU() : (pattern as unknown as I64),
    );
  }

  #write(bits: I64, format: FloatFormat): void {
    this.writeRaw(format === "single" ? bits.or(boxed) : bits);
  }

  #need(condition: I32): void {
    this.#state.f.branchIf(condition.eqz(), this.#state.leave);
  }

  #leave(): void {
    this.#state.f.branch(this.#state.leave);
  }
}

function magnitude(bits: I64, format: FloatFormat): I64 {
  return bits.and(format === "single" ? 0x7fff_ffffn : (1n << 63n) - 1n);
}

function signOf(bits: I64, format: FloatFormat): I64 {
  return bits.shrU(format === "single" ? 31 : 63);
}

function isFiniteNumber(bits: I64, format: FloatFormat): I32 {
  return magnitude(bits, format).ltU(limits[format].infinity);
}

/** Neither zero nor subnormal, infinite or NaN: one comparison by the wrap of unsigned numbers. */
function isNormal(bits: I64, format: FloatFormat): I32 {
  const { smallestNormal, infinity } = limits[format];
  return magnitude(bits, format)
    .sub(smallestNormal)
    .ltU(infinity - smallestNormal);
}

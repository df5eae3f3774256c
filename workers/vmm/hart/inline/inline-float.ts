/**
 * Floating point on the host's own arithmetic where that is certainly right: rounding to nearest
 * even, the inexact flag set already or the result exact (`hart/float/exact-result.ts`), and a
 * condition of `hart/float/fast-float.ts` under which no other flag is due. Everything else leaves
 * the instruction to `step`.
 */
import {
  type F32,
  type F64,
  type I32,
  type I64,
  type IntegerType,
  i32,
} from "../../base/wasm/value.ts";
import type { FloatFormat, FloatSemantics, IntegerFormat, Semantics } from "../../isa/semantics.ts";
import { classOf } from "../float/class-of.ts";
import { isExactProduct, isExactQuotient, isExactRoot, isExactSum } from "../float/exact-result.ts";
import {
  isAboveSmallest,
  isExactInteger,
  isFiniteResult,
  isInRange,
  isIntegral,
  isNarrowed,
  isNumber,
  isZeroProduct,
  isZeroQuotient,
} from "../float/fast-float.ts";
import { fusedDouble, fusedSingle } from "../float/fast-fused.ts";
import { binary16, binary32, binary64, type FloatFormat as Format } from "../float/format.ts";
import { floatConstant, signExtended } from "./float-values.ts";
import type { InlineOperands } from "./inline-operands.ts";
import type { InlineState } from "./inline-state.ts";

type Arithmetic = Parameters<FloatSemantics["arithmetic"]>[0];
type Comparison = Parameters<FloatSemantics["compare"]>[0];
type Native = F32 | F64;
/** The integer side of the same row. */
type IntegerSide = Pick<Semantics, "load" | "writeRd" | "rs1">;

const reservedModes = 5;
/** Rounding modes (RISC-V manual, chapter F, table of `rm`); 0 is to nearest even. */
const [towardZero, downward, upward, lastStaticMode, dynamicMode] = [1, 2, 3, 4, 7] as const;
const formats = { half: binary16, single: binary32, double: binary64 } as const;
const bytesOf = { half: 2, single: 4, double: 8 } as const;
/** Where no operand is a NaN, quiet comparisons are the others. */
const nativeComparison = { eq: "eq", lt: "lt", le: "le", ltq: "lt", leq: "le" } as const;

/** Opcodes of WebAssembly (§5.4.7), by format. */
const opcodes = {
  single: { fromW: 0xb2, fromWu: 0xb3, fromL: 0xb4, fromLu: 0xb5, toL: 0xae, toLu: 0xaf },
  double: { fromW: 0xb7, fromWu: 0xb8, fromL: 0xb9, fromLu: 0xba, toL: 0xb0, toLu: 0xb1 },
} as const;
/** `nearest`, `trunc`, `floor` and `ceil`, in the order of the rounding modes. */
const roundingOpcodes = {
  single: [0x90, 0x8f, 0x8e, 0x8d],
  double: [0x9e, 0x9d, 0x9c, 0x9b],
} as const;
const fromInteger = { w: "fromW", wu: "fromWu", l: "fromL", lu: "fromLu" } as const;
const demote = 0xb6;
const promote = 0xbb;

export class InlineFloat implements FloatSemantics {
  readonly #state: InlineState;
  readonly #operands: InlineOperands;
  readonly #integer: IntegerSide;

  constructor(state: InlineState, operands: InlineOperands, integer: IntegerSide) {
    this.#state = state;
    this.#operands = operands;
    this.#integer = integer;
  }

  raw(operand: 1 | 2 | 3): I64 {
    this.#need(this.#state.float.readable);
    return this.#operands.float(operand);
  }

  writeRaw(bits: I64): void {
    this.#operands.writeFloat(bits);
  }

  load(address: I64, format: FloatFormat): void {
    this.#need(this.#state.float.on);
    const value = this.#integer.load(address, bytesOf[format], "unsigned");
    this.#writeBits(value, format);
  }

  arithmetic(operation: Arithmetic, format: FloatFormat): void {
    if (!this.#isNative(format)) return;
    const { f } = this.#state;
    this.#needMode();
    const a = this.#native(1, format) as F64;
    if (operation === "sqrt") {
      const root = f.let(a.sqrt());
      this.#unlessExact(() => isExactRoot(root, a));
      this.#writeChecked(root, format, (bits) => isFiniteResult(this.#format(format), bits));
      return;
    }
    const b = this.#native(2, format) as F64;
    const result = f.let(a[operation](b));
    this.#unlessExact(() => {
      if (operation === "mul") return isExactProduct(result, a, b);
      if (operation === "div") return isExactQuotient(result, a, b);
      return isExactSum(f, result, a, operation === "sub" ? (b.neg() as F64) : b);
    });
    this.#writeChecked(result, format, (bits) => {
      const layout = this.#format(format);
      if (operation === "add" || operation === "sub") return isFiniteResult(layout, bits);
      const isZeroResult = operation === "mul" ? isZeroProduct : isZeroQuotient;
      const zero = isZeroResult(layout, bits, this.#bits(a), this.#bits(b));
      return isAboveSmallest(layout, bits).or(zero);
    });
  }

  fused(format: FloatFormat, negateProduct: boolean, negateAddend: boolean): void {
    const { f } = this.#state;
    if (!this.#isNative(format)) return;
    this.#need(this.#state.float.nearest);
    this.#needMode();
    const flip = <V extends Native>(value: V, isFlipped: boolean) =>
      (isFlipped ? f.let(value.neg() as F64) : value) as V;
    const [a, b, c] = [1, 2, 3].map((n) => this.#native(n as 1, format)) as [F64, F64, F64];
    const [x, z] = [flip(a, negateProduct), flip(c, negateAddend)];
    const conditions = {
      mayRound: this.#state.float.fast,
      need: (condition: I32) => this.#need(condition),
    };
    const result =
      format === "double"
        ? fusedDouble(f, [x, b, z], conditions)
        : fusedSingle(f, [x, b, z] as readonly Native[] as [F32, F32, F32], conditions);
    this.#write(result, format);
  }

  signInject(format: FloatFormat, sign: (own: I64, other: I64) => I64): void {
    this.#need(this.#state.float.on);
    const own = this.#boxedBits(1, format);
    const other = this.#boxedBits(2, format);
    const signBit = 1n << BigInt(formats[format].signPlace);
    this.writeRaw(own.and(~signBit).or(sign(own, other).and(signBit)));
  }

  minMax(operation: "min" | "max" | "minm" | "maxm", format: FloatFormat): void {
    if (!this.#isNative(format)) return;
    this.#need(this.#state.float.on);
    const a = this.#native(1, format) as F64;
    const b = this.#native(2, format) as F64;
    // Without NaNs the two kinds of each are the same.
    const kind = operation === "min" || operation === "minm" ? "min" : "max";
    const result = this.#state.f.let(a[kind](b));
    this.#need(isNumber(result));
    this.#write(result, format);
  }

  compare(operation: Comparison, format: FloatFormat): void {
    if (!this.#isNative(format)) return;
    this.#need(this.#state.float.readable);
    const a = this.#native(1, format) as F64;
    const b = this.#native(2, format) as F64;
    this.#need(isNumber(a).and(isNumber(b)));
    this.#integer.writeRd(a[nativeComparison[operation]](b).extendU());
  }

  classify(format: FloatFormat): void {
    const { f, float } = this.#state;
    this.#need(float.readable);
    const layout = this.#format(format);
    const bits = f.let(this.#boxedBits(1, format).and((2n << BigInt(layout.signPlace)) - 1n));
    this.#integer.writeRd(classOf(f, layout, bits).extendU());
  }

  toInteger(format: FloatFormat, integer: IntegerFormat): void {
    if (!this.#isNative(format)) return;
    const { f, float } = this.#state;
    const mode = f.bind(this.#operands.rm);
    // What `frm` holds is known where it is to nearest even.
    this.#need(mode.leU(lastStaticMode).or(mode.eq(dynamicMode).and(float.nearest)));
    const a = this.#native(1, format);
    this.#unlessInexact(float.on, () => isIntegral(a));
    this.#need(isInRange(this.#format(format), this.#bits(a), integer));
    const truncate = opcodes[format][integer === "lu" ? "toLu" : "toL"];
    const isCut = mode.constant === BigInt(towardZero);
    const whole = isCut ? a : this.#toIntegral(a, mode, format);
    const truncated = whole.convert("i64", truncate);
    this.#integer.writeRd(integer === "wu" ? truncated.extend32S() : truncated);
  }

  toIntegerModular(): void {
    this.#leave();
  }

  fromInteger(format: FloatFormat, integer: IntegerFormat): void {
    if (!this.#isNative(format)) return;
    const isWord = integer === "w" || integer === "wu";
    // Every 32-bit integer is a double: nothing is rounded.
    if (isWord && format === "double") this.#needExact();
    else this.#needMode();
    const source = isWord ? this.#integer.rs1.wrap() : this.#state.f.let(this.#integer.rs1);
    if (!isWord || format === "single") {
      const wide = integer === "wu" ? (source as I32).extendU() : (source as I32).extendS();
      const signed = isWord ? wide : (source as I64);
      // What is above the signed numbers has too many bits, and below zero it is not small.
      const isSmall = integer === "lu" ? signed.geS(0) : i32.const(1);
      this.#unlessExact(() => isExactInteger(this.#format(format), signed).and(isSmall));
    }
    const opcode = opcodes[format][fromInteger[integer]];
    const type = format === "single" ? "f32" : "f64";
    this.#write(source.convert(type, opcode) as Native, format);
  }

  convert(to: FloatFormat, from: FloatFormat): void {
    if (!this.#isNative(to) || !this.#isNative(from)) return;
    if (to === "double") {
      this.#needExact();
      const a = this.#native(1, "single") as F32;
      this.#need(isNumber(a));
      this.#write(a.convert("f64", promote), "double");
      return;
    }
    this.#needMode();
    const a = this.#native(1, "double") as F64;
    const narrow = this.#state.f.let(a.convert("f32", demote));
    this.#unlessExact(() => narrow.convert("f64", promote).eq(a));
    this.#writeChecked(narrow, "single", (bits) => isNarrowed(bits, this.#bits(a)));
  }

  toIntegral(operation: "round" | "roundnx", format: FloatFormat): void {
    if (!this.#isNative(format)) return;
    const { f, float } = this.#state;
    this.#need(operation === "round" ? float.on : float.fast);
    const mode = f.bind(this.#operands.rm);
    // To the nearest with ties away from zero would lose the sign of a zero.
    this.#need(mode.leU(upward));
    const a = this.#native(1, format);
    this.#need(isNumber(a));
    this.#write(this.#toIntegral(a, mode, format), format);
  }

  loadConstant(format: FloatFormat): void {
    this.#need(this.#state.float.on);
    this.writeRaw(floatConstant(this.#operands.rs1Number, format));
  }

  moveToInteger(format: FloatFormat): void {
    this.#integer.writeRd(signExtended(this.raw(1), format));
  }

  moveFromInteger(format: FloatFormat): void {
    this.#need(this.#state.float.on);
    this.#writeBits(this.#integer.rs1, format);
  }

  /** Nothing is rounded, but a reserved mode is illegal all the same; so may be a dynamic one. */
  #needExact(): void {
    this.#need(this.#state.float.on);
    this.#need(this.#operands.rm.ltU(reservedModes));
  }

  /** To an integer in a mode: to nearest even where it is none of the others. */
  #toIntegral(value: Native, mode: I32, format: "single" | "double"): Native {
    // One name for both formats, of which the operators have the same names.
    const a = value as F64;
    const [nearest, truncated, down, up] = roundingOpcodes[format].map((opcode) =>
      a.convert(a.type, opcode),
    ) as [F64, F64, F64, F64];
    const { f } = this.#state;
    const result = f.local(a.type);
    const ways: readonly (readonly [number, () => F64])[] = [
      [towardZero, () => truncated],
      [downward, () => down],
      [upward, () => up],
      [
        lastStaticMode,
        () => {
          // Away from zero at a half and beyond: what was cut off, doubled, is an integer then.
          const whole = f.let(truncated);
          const rest = a.sub(whole);
          return whole.add(rest.add(rest).convert(a.type, roundingOpcodes[format][towardZero]));
        },
      ],
    ];
    if (mode.constant !== undefined) {
      const way = ways.find(([number]) => BigInt(number) === mode.constant);
      return way ? way[1]() : nearest;
    }
    result.set(nearest);
    for (const [number, round] of ways) f.if(mode.eq(number), () => result.set(round()));
    return result;
  }

  /** By the instruction, or by `frm`. */
  #needMode(): void {
    // rm 0 is nearest even and 7 is `frm`: the two for which (rm + 1) & 7 is below 2.
    this.#need(this.#operands.rm.add(1).and(7).ltU(2));
  }

  /** Rounds as the host does, to nearest even; where the inexact flag is clear, only what is exact. */
  #unlessExact(isExact: () => I32): void {
    this.#unlessInexact(this.#state.float.nearest, isExact);
  }

  /** One look where the flag is set, as it is nearly always; @param condition is true then */
  #unlessInexact(condition: I32, isExact: () => I32): void {
    const { f, float } = this.#state;
    f.ifUnlikely(float.fast.eqz(), () => {
      this.#need(condition);
      this.#need(isExact());
    });
  }

  /** An operand of a narrow format must be NaN-boxed, else it stands for a NaN. */
  #boxedBits(operand: 1 | 2 | 3, format: FloatFormat): I64 {
    const bits = this.#state.f.let(this.#operands.float(operand));
    const above = formats[format].signPlace + 1;
    if (format !== "double") this.#need(bits.shrS(above).eq(-1));
    return bits;
  }

  #native(operand: 1 | 2 | 3, format: "single" | "double"): Native {
    const { f } = this.#state;
    if (format === "double") return f.let(this.#operands.double(operand));
    this.#need(this.#operands.isSingle(operand));
    return f.let(this.#operands.single(operand));
  }

  #format(format: FloatFormat): Format<IntegerType> {
    return formats[format] as unknown as Format<IntegerType>;
  }

  /** The bit pattern, of a single in the low half with zeros above. */
  #bits(value: Native): I64 {
    const pattern = value.reinterpretInteger();
    const wide = value.type === "f32" ? (pattern as I32).extendU() : (pattern as unknown as I64);
    return this.#state.f.let(wide);
  }

  #writeChecked(value: Native, format: FloatFormat, condition: (bits: I64) => I32): void {
    const bits = this.#bits(value);
    this.#need(condition(bits));
    this.#writeBits(bits, format);
  }

  #write(value: Native, format: FloatFormat): void {
    if (format === "double") this.#operands.writeDouble(value as F64);
    else this.#writeBits(this.#bits(value), format);
  }

  #writeBits(bits: I64, format: FloatFormat): void {
    this.writeRaw(format === "double" ? bits : bits.or(-2n << BigInt(formats[format].signPlace)));
  }

  /** The host has no half precision: all of that leaves. */
  #isNative(format: FloatFormat): format is "single" | "double" {
    if (format === "half") this.#leave();
    return format !== "half";
  }

  #leave(): void {
    this.#state.leave();
  }

  #need(condition: I32): void {
    this.#state.leaveUnless(condition);
  }
}

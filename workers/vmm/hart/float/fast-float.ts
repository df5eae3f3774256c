/**
 * When the host's own arithmetic may stand for the soft float's: conditions for a fast path, each
 * an i32 expression over bit patterns (i64, from `FloatFormat.widen`) or native values.
 *
 * They assume what the fast path has found out before: the rounding mode is to nearest even, as
 * WebAssembly's always is, and NX is set already, so that setting it again is not seen. A condition
 * then says that the native result has the right bits and that no *other* flag is due. Where a
 * condition fails the soft float decides; none of them is a statement that the result is wrong.
 * Bind patterns with `f.let`: they are used more than once.
 *
 * | operation           | condition                                                              |
 * |---------------------|------------------------------------------------------------------------|
 * | add, sub, sqrt      | `isFiniteResult(result)`                                                     |
 * | mul                 | `isAboveSmallest(result)`, else `isZeroProduct`                        |
 * | div                 | `isAboveSmallest(result)`, else `isZeroQuotient`                       |
 * | f64 → f32           | `isAboveSmallest(result)`, else `isZero(operand)`                      |
 * | f32 → f64           | `isNumber(operand)`: exact in any mode, also where NX is clear         |
 * | min, max            | `isNumber(native min or max)`: NaN where an operand is; -0 < +0 there  |
 * | eq, lt, le          | `isNumber` of both operands, in any mode                               |
 * | float → integer     | `isInRange(operand)`; where NX is clear or for any mode `isIntegral`   |
 * | i32, u32 → f64      | none: exact in any mode                                                |
 * | other integer → f   | none; where NX is clear or for any mode `isExactInteger`               |
 * | fused multiply-add  | `fast-fused.ts`                                                        |
 */
import type { F32, F64, I32, I64, IntegerType, Value } from "../../base/wasm/value.ts";
import { binary32, type FloatFormat } from "./format.ts";
import { isInfinite, isZero, magnitudeOf } from "./pattern.ts";

type Format = FloatFormat<IntegerType>;

/**
 * For sums and roots. A finite sum had finite operands, did not overflow, and where it is below the
 * normal range it is exact, so nothing underflowed (every sum is a multiple of the smallest
 * subnormal number). A root never leaves the normal range; that of a negative number is a NaN.
 */
export const isFiniteResult = (format: Format, result: I64): I32 =>
  magnitudeOf(format, result).ltU(format.infinity);

/**
 * For products, quotients and narrowing: finite and *above* the smallest normal number. That number
 * itself may have been rounded up from a tiny one, which underflows where tininess is detected after
 * rounding. One comparison, by the wrap of unsigned numbers.
 */
export const isAboveSmallest = (format: Format, result: I64): I32 => {
  const first = (1n << BigInt(format.fractionBits)) + 1n;
  return magnitudeOf(format, result)
    .sub(first)
    .ltU(format.infinity - first);
};

/** A zero that comes from a zero, not from an underflow. */
export const isZeroProduct = (format: Format, result: I64, a: I64, b: I64): I32 =>
  isZero(format, result).and(isZero(format, a).or(isZero(format, b)));

/** 0 / b, or a / infinity: both exact. (0 / 0 and the like are NaNs, so the result is not zero.) */
export const isZeroQuotient = (format: Format, result: I64, a: I64, b: I64): I32 =>
  isZero(format, result).and(isZero(format, a).or(isInfinite(format, b)));

/** No NaN of either kind. */
export const isNumber = <F extends "f32" | "f64">(value: Value<F>): I32 => value.eq(value);

/** Places of an integer above and below zero, by RISC-V's names of the conversions. */
const integers = {
  w: { bits: 31, signed: true },
  wu: { bits: 32, signed: false },
  l: { bits: 63, signed: true },
  lu: { bits: 64, signed: false },
} as const;

export type IntegerName = keyof typeof integers;

/**
 * Whether a number, rounded to an integer in *any* mode, fits: so the trapping conversions of
 * WebAssembly do not trap, after `nearest`, `floor` or `ceil` too. For the signed ones the lowest
 * integer itself is left out, for the unsigned ones -0 and what rounds to it.
 */
export function isInRange(format: Format, operand: I64, integer: IntegerName): I32 {
  const { bits, signed } = integers[integer];
  // Between the largest integer and the power of two above it there may be numbers that round up.
  const fractional = bits < format.fractionBits;
  const power = BigInt(format.bias + bits) << BigInt(format.fractionBits);
  const largest = power - (fractional ? 1n << BigInt(format.fractionBits - bits + 1) : 1n);
  return (signed ? magnitudeOf(format, operand) : operand).leU(largest);
}

/** Whether rounding to an integer changes nothing: the result is exact in any mode. */
export function isIntegral(value: F32 | F64): I32 {
  return value.type === "f32"
    ? value.eq(value.convert("f32", truncate.f32))
    : (value as F64).eq(value.convert("f64", truncate.f64));
}

/** `f32.trunc` and `f64.trunc`. */
const truncate = { f32: 0x8f, f64: 0x9d } as const;

/** Whether a 64-bit integer has so few bits that its conversion is exact. One comparison. */
export function isExactInteger(format: Format, signed: I64): I32 {
  const limit = 1n << BigInt(format.fractionBits + 1);
  return signed.add(limit).leU(2n * limit);
}

/** For f64 → f32: as for products, and a zero stays one. */
export const isNarrowed = (result: I64, operand: I64): I32 =>
  isAboveSmallest(binary32, result).or(operand.shl(1).eqz());

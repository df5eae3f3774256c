/**
 * Fused multiply-add by the host's arithmetic, which has none: straight-line code without calls for
 * a fast path. As in `fast-float.ts` rounding is to nearest even. A result that is not exact stands
 * only where NX is set already; one that is exact raises nothing, and stands where NX is clear too.
 *
 * Signs of the other three instructions are the caller's: a·b - c is fused(a, b, -c).
 */
import type { FunctionBuilder } from "../../base/wasm/function-builder.ts";
import { type F32, type F64, type I32, type I64, i64 } from "../../base/wasm/value.ts";
import { isAboveSmallest } from "./fast-float.ts";
import { binary32, binary64 } from "./format.ts";

/** What the caller knows and does. */
export interface FusedConditions {
  /** 1 where a result may be rounded: NX is set. */
  readonly mayRound: I32;
  /**
   * Is told each condition under which the result stands, before there is any effect; the caller
   * leaves for the soft float where one is 0.
   */
  need(condition: I32): void;
}

const patternOf = (value: F64): I64 => value.convert("i64", 0xbd);
const promote = (value: F32): F64 => value.convert("f64", 0xbb);
const demote = (value: F64): F32 => value.convert("f32", 0xb6);
const isZero = (value: F64): I32 => value.abs().reinterpretInteger().eqz() as I32;
const constant = (pattern: bigint): F64 => i64.const(pattern).reinterpretF64();

/**
 * In f64 the product is exact and the sum is rounded once; rounding it again to f32 can differ from
 * rounding once only where the sum lies half-way between two f32 numbers, since between such places
 * the first rounding, being monotonic, changes no order.
 */
export function fusedSingle(
  f: FunctionBuilder,
  [a, b, c]: readonly [F32, F32, F32],
  { mayRound, need }: FusedConditions,
): F32 {
  const product = f.let(promote(a).mul(promote(b)));
  const addend = f.let(promote(c));
  const sum = f.let(product.add(addend));
  const result = f.let(demote(sum));
  const inRange = isAboveSmallest(binary32, result.convert("i32", 0xbc).extendU());
  const isRounded = f.let(mayRound.and(inRange));
  f.if(
    promote(result).ne(sum),
    () => {
      const dropped = BigInt(binary64.fractionBits - binary32.fractionBits);
      const half = 1n << (dropped - 1n);
      const isHalfWay = patternOf(sum)
        .and(2n * half - 1n)
        .eq(half);
      need(isRounded.and(isHalfWay.eqz()));
    },
    () => need(isRounded.or(isZero(sumError(f, product, addend, sum)))),
  );
  return result;
}

/** 2^exponent as an f64 pattern. */
const powerOfTwo = (exponent: number): bigint =>
  BigInt(binary64.bias + exponent) << BigInt(binary64.fractionBits);

/** 2^low <= |value| < 2^high, in one comparison. */
function isBetween(value: F64, low: number, high: number): I32 {
  const doubled = patternOf(value).shl(1);
  return doubled.sub(2n * powerOfTwo(low)).ltU(2n * (powerOfTwo(high) - powerOfTwo(low)));
}

/** Of a product that is at least so large no partial product underflows. */
const smallestSplit = -969;

/**
 * The error of a rounded product, by Dekker's and Veltkamp's splitting into halves of 26 bits (A
 * floating-point technique for extending the available precision, 1971). Exact where the product is
 * at least 2^-969, so that no partial product underflows; else off by less than 2^-1044. Infinite or
 * a NaN where something overflows.
 */
function productError(f: FunctionBuilder, a: F64, b: F64, product: F64): F64 {
  const split = (value: F64) => {
    const scaled = f.let(value.mul(constant(0x41a0_0000_0200_0000n)));
    const high = f.let(scaled.sub(scaled.sub(value)));
    return { high, low: f.let(value.sub(high)) };
  };
  const [x, y] = [split(a), split(b)];
  const highest = x.high.mul(y.high).sub(product);
  return highest.add(x.high.mul(y.low)).add(x.low.mul(y.high)).add(x.low.mul(y.low));
}

/** The exact error of a rounded sum, whatever the order of the two (Knuth, TAOCP 2, 4.2.2). */
function sumError(f: FunctionBuilder, a: F64, b: F64, sum: F64): F64 {
  const second = f.let(sum.sub(a));
  return a.sub(sum.sub(second)).add(b.sub(second));
}

/**
 * a·b + c = s + (t + e), where s is the rounded sum of the rounded product and c, and t and e are
 * the exact errors of the two. Where both are zero, s is the result, as it is of the operands' zeros
 * and their signs. Else let u = round(t + e) and r = round(s + u).
 *
 * r is right unless s + u is half-way between two numbers. Where s is exact, t is 0, u is e, and r
 * is right anyway. Else t + e is at most a few ulp of s, so for a half-way place m near s the
 * difference m - s is a number of the format; rounding t + e to u is monotonic and leaves it on
 * the same side of m - s, or on it. The last is when the exact rest of s + u over r is half an ulp
 * of r, a power of two: such a rest leaves.
 *
 * Where the product is so small that e is not exact, it is off by less than 2^-1044. That matters
 * only if it takes t + e across m - s; but with r at least 2^-900 the numbers around m - s lie 2^-1008
 * apart, so u is m - s then, and leaves too.
 */
export function fusedDouble(
  f: FunctionBuilder,
  [a, b, c]: readonly [F64, F64, F64],
  { mayRound, need }: FusedConditions,
): F64 {
  const product = f.let(a.mul(b));
  const ofProduct = f.let(productError(f, a, b, product));
  const sum = f.let(product.add(c));
  const ofSum = f.let(sumError(f, product, c, sum));
  const result = f.let(sum);
  f.if(
    patternOf(ofProduct).or(patternOf(ofSum)).shl(1).eqz(),
    () => need(isBetween(product, smallestSplit, 1024).or(isZero(a)).or(isZero(b))),
    () => {
      need(mayRound);
      const rest = f.let(ofSum.add(ofProduct));
      result.set(sum.add(rest));
      // The sign of a zero that was rounded is a matter of its own, as is anything infinite or a NaN.
      need(isBetween(result, -900, 1023));
      const left = f.let(patternOf(sumError(f, sum, rest, result)).shl(1));
      const isPowerOfTwo = left.shl(11).eqz().and(left.ne(0));
      need(isPowerOfTwo.eqz());
    },
  );
  return result;
}

/**
 * Division and square root.
 *
 * Both take the native f64 result of the two integer significands, which WebAssembly defines as
 * correctly rounded, and correct it by its remainder. Let Q be that result as a 53-bit integer and
 * R the remainder, known modulo 2^64. The native rounding bounds |R| (B/2 for a quotient, Q + 1 for
 * a root) far below 2^63, so its sign is known: the exact value is Q where R is zero, otherwise
 * between Q and its neighbour on the side of R's sign. It is never half-way to it: 2Q + 1 is odd, so
 * A·2^53 = (2Q+1)·B would make B a multiple of 2^53, and (Q + 1/2)² is no integer. So Q·2^10 plus
 * the sign of R has the exact value's relation to every rounding boundary, in either format.
 */
import type { FunctionBuilder } from "../../base/wasm/function-builder.ts";
import type { Callee } from "../../base/wasm/module-builder.ts";
import type { F64, I64, IntegerType } from "../../base/wasm/value.ts";
import { exceptionFlag } from "./fcsr.ts";
import { binary64 } from "./format.ts";
import { isInfinite, isNan, isZero, signBitOf } from "./pattern.ts";
import { type FloatScope, raise, returnInvalid, returnNan } from "./round-pack.ts";
import { isUnusual, normalise, unpack } from "./unpacked.ts";

/** Both formats' significands are integers of at most 53 bits above this place. */
const { guardBits, fractionBits } = binary64;

/** `f64.convert_i64_s`. */
const toF64 = (value: I64): F64 => value.convert("f64", 0xb9);

/** The 53-bit significand of a normal number as an integer. */
function integerSignificand(value: F64): I64 {
  const fraction = (1n << BigInt(fractionBits)) - 1n;
  const bits = value.convert("i64", 0xbd);
  return bits.and(fraction).or(fraction + 1n);
}

function corrected(f: FunctionBuilder, estimate: I64, remainder: I64): I64 {
  const rest = f.let(remainder);
  const direction = rest.shrS(63).or(rest.ne(0).extendU());
  return estimate.shl(guardBits).add(direction);
}

export function buildDivide<T extends IntegerType>(
  scope: FloatScope<T>,
): Callee<readonly [T, T, "i32"], T> {
  const { module, format, flags, roundPack } = scope;
  const { type } = format;
  return module.function([type, type, "i32"], type, (f, patternA, patternB, mode) => {
    const a = unpack(f, format, format.widen(patternA));
    const b = unpack(f, format, format.widen(patternB));
    const sign = f.let(a.sign.xor(b.sign));
    f.if(isUnusual(format, a).or(isUnusual(format, b)), () => {
      f.if(isNan(format, a.bits).or(isNan(format, b.bits)), () =>
        returnNan(f, scope, [a.bits, b.bits]),
      );
      const signed = (magnitude: bigint) => format.narrow(signBitOf(format, sign).or(magnitude));
      f.if(isInfinite(format, a.bits), () => {
        f.if(isInfinite(format, b.bits), () => returnInvalid(f, scope));
        f.return(signed(format.infinity));
      });
      f.if(isZero(format, b.bits), () => {
        f.if(isZero(format, a.bits), () => returnInvalid(f, scope));
        raise(f, flags, exceptionFlag.divideByZero);
        f.return(signed(format.infinity));
      });
      f.if(isZero(format, a.bits).or(isInfinite(format, b.bits)), () => f.return(signed(0n)));
      normalise(f, a);
      normalise(f, b);
    });
    // With A >= B the quotient is in [1, 2), where its ulp is that of a 53-bit integer.
    const smaller = f.let(a.significand.ltU(b.significand));
    const dividend = f.let(a.significand.shrU(guardBits).shl(smaller.extendU()));
    const divisor = f.let(b.significand.shrU(guardBits));
    const quotient = f.let(integerSignificand(toF64(dividend).div(toF64(divisor))));
    const remainder = dividend.shl(fractionBits).sub(quotient.mul(divisor));
    const significand = corrected(f, quotient, remainder);
    const exponent = a.exponent.sub(b.exponent).sub(smaller).add(format.bias);
    f.return(format.narrow(roundPack.call(sign, exponent, significand, mode)));
  });
}

export function buildSquareRoot<T extends IntegerType>(
  scope: FloatScope<T>,
): Callee<readonly [T, "i32"], T> {
  const { module, format, roundPack } = scope;
  const { type } = format;
  return module.function([type, "i32"], type, (f, pattern, mode) => {
    const a = unpack(f, format, format.widen(pattern));
    f.if(isUnusual(format, a).or(a.sign), () => {
      f.if(isNan(format, a.bits), () => returnNan(f, scope, [a.bits]));
      f.if(isZero(format, a.bits), () => f.return(pattern));
      f.if(a.sign, () => returnInvalid(f, scope));
      f.if(isInfinite(format, a.bits), () => f.return(pattern));
      normalise(f, a);
    });
    const unbiased = f.let(a.exponent.sub(format.bias));
    // An even exponent halves; an odd one lends a factor of two to a radicand in [1, 4).
    const odd = unbiased.and(1).extendU();
    const radicand = f.let(a.significand.shrU(guardBits).shl(odd));
    const root = f.let(integerSignificand(toF64(radicand).sqrt()));
    const remainder = radicand.shl(fractionBits).sub(root.mul(root));
    const significand = corrected(f, root, remainder);
    const exponent = unbiased.shrS(1).add(format.bias);
    f.return(format.narrow(roundPack.call(a.sign, exponent, significand, mode)));
  });
}

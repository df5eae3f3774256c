/** Addition and subtraction. */
import type { FunctionBuilder } from "../../base/wasm/function-builder.ts";
import type { Callee } from "../../base/wasm/module-builder.ts";
import { type I32, type I64, type IntegerType, i32, select } from "../../base/wasm/value.ts";
import { roundingMode } from "./fcsr.ts";
import { leadingBit } from "./format.ts";
import { biasedExponentOf, isInfinite, isNan, signBitOf, signOf } from "./pattern.ts";
import { type FloatScope, returnInvalid, returnNan } from "./round-pack.ts";
import { shiftRightSticky } from "./unpacked.ts";

/**
 * One addend: a significand of which bit 61 (not 62) stands for 2^(exponent - bias), so that the
 * sum of two has room below the sign. It need not be normalised, but must end in enough zeros that
 * bits lost in aligning it cannot meet a cancellation: two, at least, below the rounding place.
 */
export interface Addend {
  readonly sign: I32;
  readonly exponent: I32;
  readonly significand: I64;
}

/** Returns the rounded sum of two finite addends from the function under construction. */
export function returnSum<T extends IntegerType>(
  f: FunctionBuilder,
  { format, roundPack }: FloatScope<T>,
  a: Addend,
  b: Addend,
  mode: I32,
): void {
  const difference = f.let(a.exponent.sub(b.exponent));
  const swapped = f.let(difference.ltS(0));
  const exponent = select(swapped, b.exponent, a.exponent);
  const sign = f.let(select(swapped, b.sign, a.sign));
  const larger = f.let(select(swapped, b.significand, a.significand));
  const smaller = f.let(select(swapped, a.significand, b.significand));
  const distance = f.let(select(swapped, difference.neg(), difference));
  const aligned = f.let(shiftRightSticky(f, smaller, distance));
  const opposed = a.sign.xor(b.sign);
  const sum = f.let(select(opposed, larger.sub(aligned), larger.add(aligned)));
  f.if(sum.eqz(), () => {
    f.return(format.narrow(signBitOf(format, signOfZeroSum(opposed, sign, mode))));
  });
  // The one with the smaller exponent may still be the larger; the sum then has the other sign.
  const negative = f.let(sum.shrS(63));
  sum.set(sum.xor(negative).sub(negative));
  const shift = f.let(sum.clz().sub(63 - leadingBit));
  const result = roundPack.call(
    sign.xor(negative.wrap().and(1)),
    exponent.sub(shift.wrap()).add(1),
    sum.shl(shift),
    mode,
  );
  f.return(format.narrow(result));
}

/** The sign of an exact zero sum (IEEE 754-2019 §6.3): of both addends, or minus only in RDN. */
export const signOfZeroSum = (opposed: I32, sign: I32, mode: I32): I32 =>
  select(opposed, mode.eq(roundingMode.down), sign);

type Binary<T extends IntegerType> = Callee<readonly [T, T, "i32"], T>;

export function buildAdd<T extends IntegerType>(scope: FloatScope<T>): Binary<T> {
  const { module, format } = scope;
  const { type } = format;
  const addendOf = (f: FunctionBuilder, bits: I64, field: I32): Addend => {
    const normal = f.let(field.ne(0));
    const fraction = bits.shl(format.guardBits - 1).and((1n << BigInt(leadingBit - 1)) - 1n);
    return {
      sign: f.let(signOf(format, bits)),
      exponent: f.let(field.add(normal.eqz())),
      significand: f.let(fraction.or(normal.extendU().shl(leadingBit - 1))),
    };
  };

  return module.function([type, type, "i32"], type, (f, patternA, patternB, mode) => {
    const a = f.let(format.widen(patternA));
    const b = f.let(format.widen(patternB));
    const fieldA = f.let(biasedExponentOf(format, a));
    const fieldB = f.let(biasedExponentOf(format, b));
    const { specialExponent } = format;
    f.if(fieldA.eq(specialExponent).or(fieldB.eq(specialExponent)), () => {
      f.if(isNan(format, a).or(isNan(format, b)), () => returnNan(f, scope, [a, b]));
      const bothInfinite = isInfinite(format, a).and(isInfinite(format, b));
      f.if(bothInfinite.and(a.ne(b)), () => returnInvalid(f, scope));
      f.return(format.narrow(select(isInfinite(format, a), a, b)));
    });
    returnSum(f, scope, addendOf(f, a, fieldA), addendOf(f, b, fieldB), mode);
  });
}

/** a - b = a + (-b), also for the flags: the sign of a NaN is never looked at. */
export function buildSubtract<T extends IntegerType>(
  { module, format }: FloatScope<T>,
  add: Binary<T>,
): Binary<T> {
  const { type } = format;
  return module.function([type, type, "i32"], type, (f, a, b, mode) => {
    const negated = format.widen(b).xor(signBitOf(format, i32.const(1)));
    f.return(add.call(a, format.narrow(negated), mode));
  });
}

/**
 * A finite operand taken apart: (-1)^sign · significand · 2^(exponent - bias - 62).
 *
 * `unpack` alone is right for normal numbers. Subnormal ones need `normalise` after it; zeros,
 * infinities and NaNs are the caller's, who finds all of these rare cases with one `isUnusual`.
 */
import type { FunctionBuilder, Local } from "../../base/wasm/function-builder.ts";
import type { I32, I64, IntegerType } from "../../base/wasm/value.ts";
import { type FloatFormat, leadingBit } from "./format.ts";
import { biasedExponentOf, signOf } from "./pattern.ts";

type Format = FloatFormat<IntegerType>;

export interface Unpacked {
  readonly bits: Local<"i64">;
  readonly sign: Local<"i32">;
  /** Biased; below 1 for a normalised subnormal number. */
  readonly exponent: Local<"i32">;
  readonly significand: Local<"i64">;
}

const leadingOne = 1n << BigInt(leadingBit);

export function unpack(f: FunctionBuilder, format: Format, pattern: I64): Unpacked {
  const bits = f.let(pattern);
  return {
    bits,
    sign: f.let(signOf(format, bits)),
    exponent: f.let(biasedExponentOf(format, bits)),
    significand: f.let(
      bits
        .shl(format.guardBits)
        .and(leadingOne - 1n)
        .or(leadingOne),
    ),
  };
}

/** Zero, subnormal, infinite or NaN. */
export const isUnusual = (format: Format, { exponent }: Unpacked): I32 =>
  exponent.sub(1).geU(format.specialExponent - 1);

/** Brings the leading one of a subnormal, nonzero operand into place; leaves normal ones alone. */
export function normalise(f: FunctionBuilder, { exponent, significand }: Unpacked): void {
  f.if(exponent.eqz(), () => {
    significand.set(significand.xor(leadingOne));
    const distance = f.let(
      significand
        .clz()
        .wrap()
        .sub(63 - leadingBit),
    );
    significand.set(significand.shl(distance.extendU()));
    exponent.set(distance.neg().add(1));
  });
}

/**
 * `value >> distance` where lost ones leave a one in the lowest bit ("sticky"), so that rounding
 * still sees that something was there. Any `distance` from 0 up; `value` is below 2^63.
 */
export function shiftRightSticky(
  f: FunctionBuilder,
  value: Local<"i64">,
  distance: Local<"i32">,
): I64 {
  f.if(distance.gtU(63), () => distance.set(63));
  const places = f.let(distance.extendU());
  const shifted = f.let(value.shrU(places));
  return shifted.or(shifted.shl(places).ne(value).extendU());
}

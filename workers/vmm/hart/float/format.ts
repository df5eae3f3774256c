/**
 * Three IEEE 754-2019 interchange formats, and how the bit pattern of each travels as an i64:
 * all soft-float code is written once over i64 and a `FloatFormat`.
 *
 * A *significand* in this folder is an i64 with its leading one at bit 62, whatever the format: the
 * format's own precision is its top `fractionBits + 1` bits, `guardBits` lie below.
 */
import type { I64, IntegerType, Value } from "../../base/wasm/value.ts";

/** Place of a significand's leading one: one bit of headroom, so a carry shows as the sign. */
export const leadingBit = 62;

export interface FloatFormat<T extends IntegerType> {
  /** The integer type that carries the pattern to and from the caller. */
  readonly type: T;
  readonly fractionBits: number;
  readonly bias: number;
  /** The biased exponent of infinities and NaNs. */
  readonly specialExponent: number;
  /** Place of the sign bit in the pattern. */
  readonly signPlace: number;
  readonly infinity: bigint;
  /** Top bit of the fraction, set in a quiet NaN. */
  readonly quietBit: bigint;
  readonly canonicalNan: bigint;
  /** Bits of a significand below the format's precision. */
  readonly guardBits: number;
  /** Pattern → i64 with zeros above. */
  widen(pattern: Value<T>): I64;
  narrow(pattern: I64): Value<T>;
}

function parametersOf(fractionBits: number, exponentBits: number) {
  const specialExponent = 2 ** exponentBits - 1;
  const infinity = BigInt(specialExponent) << BigInt(fractionBits);
  const quietBit = 1n << BigInt(fractionBits - 1);
  return {
    fractionBits,
    bias: 2 ** (exponentBits - 1) - 1,
    specialExponent,
    signPlace: fractionBits + exponentBits,
    infinity,
    quietBit,
    canonicalNan: infinity | quietBit,
    guardBits: leadingBit - fractionBits,
  };
}

/** The upper half of the i32 is zero. */
export const binary16: FloatFormat<"i32"> = {
  type: "i32",
  ...parametersOf(10, 5),
  widen: (pattern) => pattern.extendU(),
  narrow: (pattern) => pattern.wrap(),
};

export const binary32: FloatFormat<"i32"> = {
  type: "i32",
  ...parametersOf(23, 8),
  widen: (pattern) => pattern.extendU(),
  narrow: (pattern) => pattern.wrap(),
};

export const binary64: FloatFormat<"i64"> = {
  type: "i64",
  ...parametersOf(52, 11),
  widen: (pattern) => pattern,
  narrow: (pattern) => pattern,
};

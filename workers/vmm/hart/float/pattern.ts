/** Fields and classes of a bit pattern (an i64 from `FloatFormat.widen`), as expressions. */
import type { I32, I64, IntegerType } from "../../base/wasm/value.ts";
import type { FloatFormat } from "./format.ts";

type Format = FloatFormat<IntegerType>;

/** 1 for negative. */
export const signOf = (format: Format, bits: I64): I32 => bits.shrU(format.signPlace).wrap();

export const biasedExponentOf = (format: Format, bits: I64): I32 =>
  bits.shrU(format.fractionBits).wrap().and(format.specialExponent);

/** The pattern without its sign: ordered as the magnitudes are. */
export const magnitudeOf = (format: Format, bits: I64): I64 =>
  bits.and((1n << BigInt(format.signPlace)) - 1n);

export const signBitOf = (format: Format, sign: I32): I64 => sign.extendU().shl(format.signPlace);

export const isZero = (format: Format, bits: I64): I32 => magnitudeOf(format, bits).eqz();

export const isInfinite = (format: Format, bits: I64): I32 =>
  magnitudeOf(format, bits).eq(format.infinity);

export const isNan = (format: Format, bits: I64): I32 =>
  magnitudeOf(format, bits).gtU(format.infinity);

export const isSignalingNan = (format: Format, bits: I64): I32 =>
  magnitudeOf(format, bits)
    .sub(format.infinity + 1n)
    .ltU(format.quietBit - 1n);

export const anyOf = (conditions: readonly I32[]): I32 =>
  conditions.reduce((any, condition) => any.or(condition));

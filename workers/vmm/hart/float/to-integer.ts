/** Conversions of a format to integers. */
import type { Callee } from "../../base/wasm/module-builder.ts";
import { type I32, type I64, type IntegerType, i32, i64, select } from "../../base/wasm/value.ts";
import { exceptionFlag, roundingMode } from "./fcsr.ts";
import { leadingBit } from "./format.ts";
import { isNan, isZero } from "./pattern.ts";
import { type FloatScope, raise } from "./round-pack.ts";
import { unpack } from "./unpacked.ts";

/**
 * What does not fit saturates and raises NV, and then not NX; a NaN counts as plus infinity (RISC-V
 * manual, chapter F, domains of FCVT). A 32-bit result, the unsigned one too, is sign-extended.
 */
export function buildToInteger<T extends IntegerType>(scope: FloatScope<T>) {
  const { module, format } = scope;
  const toRange = buildToRange(scope);
  const to = (
    lowest: bigint,
    highest: bigint,
    extend = (result: I64) => result,
  ): Callee<readonly [T, "i32"], "i64"> =>
    module.function([format.type, "i32"], "i64", (f, pattern, mode) =>
      f.return(extend(toRange.call(pattern, mode, -lowest, highest))),
    );
  return {
    toI32: to(-(2n ** 31n), 2n ** 31n - 1n),
    toU32: to(0n, 2n ** 32n - 1n, (result) => result.extend32S()),
    toI64: to(-(2n ** 63n), 2n ** 63n - 1n),
    toU64: to(0n, 2n ** 64n - 1n),
  };
}

/**
 * FCVTMOD (Zfa): the integer in front of the binary point modulo 2^32, sign-extended; infinities
 * and NaNs give zero. Flags are those of `toI32` with rounding towards zero.
 */
export function buildToIntegerModular<T extends IntegerType>(
  { module, format }: FloatScope<T>,
  toI32: Callee<readonly [T, "i32"], "i64">,
): Callee<readonly [T], "i64"> {
  return module.function([format.type], "i64", (f, pattern) => {
    f.do(toI32.call(pattern, roundingMode.towardZero), true);
    const a = unpack(f, format, format.widen(pattern));
    const places = f.let(i32.const(format.bias + leadingBit).sub(a.exponent));
    const isNothing = places.gtS(leadingBit).or(places.ltS(-leadingBit));
    f.if(isNothing.or(a.exponent.eq(format.specialExponent)), () => f.return(i64.const(0)));
    const behind = a.significand.shrU(places.extendS());
    const whole = select(places.geS(0), behind, a.significand.shl(places.neg().extendS()));
    f.return(select(a.sign, whole.neg(), whole).extend32S());
  });
}

/** pattern, rounding mode, magnitude of the limit below zero, limit above → integer. */
function buildToRange<T extends IntegerType>({
  module,
  format,
  flags,
}: FloatScope<T>): Callee<readonly [T, "i32", "i64", "i64"], "i64"> {
  const { type } = format;
  return module.function([type, "i32", "i64", "i64"], "i64", (f, pattern, mode, below, above) => {
    const a = unpack(f, format, format.widen(pattern));
    f.if(isZero(format, a.bits), () => f.return(i64.const(0)));
    f.if(isNan(format, a.bits), () => a.sign.set(0));
    const limit = f.let(select(a.sign, below, above));
    const signed = (magnitude: I64) => select(a.sign, magnitude.neg(), magnitude);
    const saturate = () => {
      raise(f, flags, exceptionFlag.invalid);
      f.return(signed(limit));
    };

    // Of the wider formats the exponent says that infinity does not fit.
    if (format.bias < 64) f.if(a.exponent.eq(format.specialExponent), saturate);

    // Places of the significand behind the binary point. From 64 on the number is below one half
    // and all that matters is that it is not zero, also for a subnormal's false leading one.
    const places = f.let(i32.const(format.bias + leadingBit).sub(a.exponent));
    f.if(places.gtS(64), () => places.set(64));
    f.if(places.ltS(-1), saturate);
    const whole = f.local("i64");
    const fraction = f.local("i64");
    f.if(
      places.gtS(0),
      () => {
        whole.set(a.significand.shrU(1).shrU(places.sub(1).extendU()));
        fraction.set(a.significand.shl(places.neg().extendS()));
      },
      () => {
        whole.set(a.significand.shl(places.neg().extendU()));
        fraction.set(0);
      },
    );
    whole.set(whole.add(roundsUp(whole, fraction, a.sign, mode).extendU()));
    f.if(whole.gtU(limit), saturate);
    raise(f, flags, fraction.ne(0));
    f.return(signed(whole));
  });
}

/** Whether a magnitude of `whole` and `fraction` / 2^64 goes to the next integer. */
export function roundsUp(whole: I64, fraction: I64, sign: I32, mode: I32): I32 {
  const half = 1n << 63n;
  const tieGoesUp = whole.wrap().and(1).or(mode.ne(roundingMode.nearestEven));
  const nearest = fraction.gtU(half).or(fraction.eq(half).and(tieGoesUp));
  const directed = mode.eq(i32.const(roundingMode.up).sub(sign)).and(fraction.ne(0));
  return select(mode.and(3).eqz(), nearest, directed);
}

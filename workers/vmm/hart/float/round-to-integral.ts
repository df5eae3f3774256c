/** Rounding to an integer of the same format: FROUND and FROUNDNX of Zfa. */
import type { Callee } from "../../base/wasm/module-builder.ts";
import { type IntegerType, i32, i64, select } from "../../base/wasm/value.ts";
import { biasedExponentOf, isNan, magnitudeOf, signBitOf, signOf } from "./pattern.ts";
import { type FloatScope, raise, returnNan } from "./round-pack.ts";
import { roundsUp } from "./to-integer.ts";

/**
 * Works on the pattern: behind the binary point bits are cleared, and one is added in front of it,
 * which carries into the exponent field as it should.
 *
 * @param inexact whether a changed value raises NX
 */
export function buildRoundToIntegral<T extends IntegerType>(
  scope: FloatScope<T>,
  inexact: boolean,
): Callee<readonly [T, "i32"], T> {
  const { module, format, flags } = scope;
  const { type, bias, fractionBits } = format;
  const one = BigInt(bias) << BigInt(fractionBits);
  const half = BigInt(bias - 1) << BigInt(fractionBits);
  return module.function([type, "i32"], type, (f, pattern, mode) => {
    const bits = f.let(format.widen(pattern));
    const magnitude = f.let(magnitudeOf(format, bits));
    const sign = f.let(signOf(format, bits));
    // Bits behind the binary point.
    const places = f.let(i32.const(bias + fractionBits).sub(biasedExponentOf(format, bits)));
    f.if(places.leS(0), () => {
      f.if(isNan(format, bits), () => returnNan(f, scope, [bits]));
      f.return(pattern);
    });
    f.if(magnitude.eqz(), () => f.return(pattern));
    const whole = f.local("i64");
    const unit = f.local("i64");
    const fraction = f.local("i64");
    f.if(
      places.gtS(fractionBits),
      () => {
        // Below one: all that matters is on which side of one half.
        unit.set(one);
        const side = select(magnitude.gtU(half), i64.const((1n << 63n) + 1n), i64.const(1));
        fraction.set(select(magnitude.eq(half), i64.const(1n << 63n), side));
        magnitude.set(0);
      },
      () => {
        const shift = f.let(places.extendU());
        unit.set(i64.const(1).shl(shift));
        // Its lowest bit may be the one of the exponent field, which stands for the leading one.
        whole.set(magnitude.shrU(shift));
        fraction.set(magnitude.shl(i64.const(64).sub(shift)));
        magnitude.set(whole.shl(shift));
      },
    );
    f.if(roundsUp(whole, fraction, sign, mode), () => magnitude.set(magnitude.add(unit)));
    if (inexact) raise(f, flags, fraction.ne(0));
    f.return(format.narrow(signBitOf(format, sign).or(magnitude)));
  });
}

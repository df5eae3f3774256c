/** Multiplication. */
import type { Callee } from "../../base/wasm/module-builder.ts";
import type { IntegerType } from "../../base/wasm/value.ts";
import { leadingBit } from "./format.ts";
import { isInfinite, isNan, isZero, signBitOf } from "./pattern.ts";
import { multiplySignificands } from "./product.ts";
import { type FloatScope, returnInvalid, returnNan } from "./round-pack.ts";
import { isUnusual, normalise, unpack } from "./unpacked.ts";

export function buildMultiply<T extends IntegerType>(
  scope: FloatScope<T>,
): Callee<readonly [T, T, "i32"], T> {
  const { module, format, roundPack } = scope;
  const { type } = format;
  return module.function([type, type, "i32"], type, (f, patternA, patternB, mode) => {
    const a = unpack(f, format, format.widen(patternA));
    const b = unpack(f, format, format.widen(patternB));
    const sign = f.let(a.sign.xor(b.sign));
    f.if(isUnusual(format, a).or(isUnusual(format, b)), () => {
      f.if(isNan(format, a.bits).or(isNan(format, b.bits)), () =>
        returnNan(f, scope, [a.bits, b.bits]),
      );
      const someZero = f.let(isZero(format, a.bits).or(isZero(format, b.bits)));
      f.if(isInfinite(format, a.bits).or(isInfinite(format, b.bits)), () => {
        f.if(someZero, () => returnInvalid(f, scope));
        f.return(format.narrow(signBitOf(format, sign).or(format.infinity)));
      });
      f.if(someZero, () => f.return(format.narrow(signBitOf(format, sign))));
      normalise(f, a);
      normalise(f, b);
    });
    const { high, low } = multiplySignificands(f, format, a.significand, b.significand);
    const jammed = low ? high.or(low.ne(0).extendU()) : high;
    const shift = f.let(high.clz().sub(63 - leadingBit));
    const exponent = a.exponent
      .add(b.exponent)
      .sub(shift.wrap())
      .sub(format.bias - 2);
    f.return(format.narrow(roundPack.call(sign, exponent, jammed.shl(shift), mode)));
  });
}

/** Conversion of one format to the other. */
import type { Callee } from "../../base/wasm/module-builder.ts";
import { type IntegerType, i64, select } from "../../base/wasm/value.ts";
import { isInfinite, isNan, isZero, signBitOf } from "./pattern.ts";
import { type FloatScope, raiseSignaling } from "./round-pack.ts";
import { isUnusual, normalise, unpack } from "./unpacked.ts";

/** Widening is exact and has the rounding mode as its operand only to be of one shape. */
export function buildFormatConversion<T extends IntegerType, R extends IntegerType>(
  from: FloatScope<T>,
  to: FloatScope<R>,
): Callee<readonly [T, "i32"], R> {
  const { module, format } = from;
  const target = to.format;
  return module.function([format.type, "i32"], target.type, (f, pattern, mode) => {
    const a = unpack(f, format, format.widen(pattern));
    f.if(isUnusual(format, a), () => {
      f.if(isNan(format, a.bits), () => {
        raiseSignaling(f, from, [a.bits]);
        f.return(target.narrow(i64.const(target.canonicalNan)));
      });
      const infinite = isInfinite(format, a.bits);
      f.if(infinite.or(isZero(format, a.bits)), () => {
        const magnitude = select(infinite, i64.const(target.infinity), i64.const(0));
        f.return(target.narrow(signBitOf(target, a.sign).or(magnitude)));
      });
      normalise(f, a);
    });
    const exponent = a.exponent.add(target.bias - format.bias);
    f.return(target.narrow(to.roundPack.call(a.sign, exponent, a.significand, mode)));
  });
}

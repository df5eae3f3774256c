/** Fused multiply-add: a · b + c, rounded once. */
import type { FunctionBuilder } from "../../base/wasm/function-builder.ts";
import type { Callee } from "../../base/wasm/module-builder.ts";
import type { I32, IntegerType } from "../../base/wasm/value.ts";
import { returnSum, signOfZeroSum } from "./add.ts";
import { anyOf, isInfinite, isNan, isZero, signBitOf } from "./pattern.ts";
import { multiplySignificands } from "./product.ts";
import { type FloatScope, returnInvalid, returnNan } from "./round-pack.ts";
import { isUnusual, normalise, type Unpacked, unpack } from "./unpacked.ts";
import { returnWideSum } from "./wide-sum.ts";

/** Below every exponent of a product, so that an absent addend never decides the sum's exponent. */
const absentExponent = -0x10000;

interface Operands {
  readonly a: Unpacked;
  readonly b: Unpacked;
  readonly c: Unpacked;
  /** The sign of the product. */
  readonly sign: I32;
  readonly mode: I32;
}

export function buildFusedMultiplyAdd<T extends IntegerType>(
  scope: FloatScope<T>,
): Callee<readonly [T, T, T, "i32"], T> {
  const { module, format } = scope;
  const { type } = format;
  return module.function(
    [type, type, type, "i32"],
    type,
    (f, patternA, patternB, patternC, mode) => {
      const a = unpack(f, format, format.widen(patternA));
      const b = unpack(f, format, format.widen(patternB));
      const c = unpack(f, format, format.widen(patternC));
      const sign = f.let(a.sign.xor(b.sign));
      f.if(isUnusual(format, a).or(isUnusual(format, b)).or(isUnusual(format, c)), () => {
        returnSpecial(f, scope, { a, b, c, sign, mode });
        for (const operand of [a, b, c]) normalise(f, operand);
        f.if(isZero(format, c.bits), () => {
          c.significand.set(0);
          c.exponent.set(absentExponent);
        });
      });
      const { high, low } = multiplySignificands(f, format, a.significand, b.significand);
      const exponent = f.let(a.exponent.add(b.exponent).sub(format.bias - 1));
      const addend = { ...c, significand: c.significand.shrU(1) };
      if (low) returnWideSum(f, scope, { sign, exponent, high, low }, addend, mode);
      else returnSum(f, scope, { sign, exponent, significand: high }, addend, mode);
    },
  );
}

/** Returns the result where an operand is a NaN or an infinity, or the product is zero. */
function returnSpecial<T extends IntegerType>(
  f: FunctionBuilder,
  scope: FloatScope<T>,
  { a, b, c, sign, mode }: Operands,
): void {
  const { format } = scope;
  const zeroProduct = f.let(isZero(format, a.bits).or(isZero(format, b.bits)));
  const infiniteProduct = f.let(isInfinite(format, a.bits).or(isInfinite(format, b.bits)));
  // Invalid even where `c` is a quiet NaN (RISC-V manual, chapter F, FMADD).
  f.if(zeroProduct.and(infiniteProduct), () => returnInvalid(f, scope));
  const operands = [a.bits, b.bits, c.bits];
  const nans = operands.map((bits) => isNan(format, bits));
  f.if(anyOf(nans), () => returnNan(f, scope, operands));
  const opposed = sign.xor(c.sign);
  f.if(infiniteProduct, () => {
    f.if(isInfinite(format, c.bits).and(opposed), () => returnInvalid(f, scope));
    f.return(format.narrow(signBitOf(format, sign).or(format.infinity)));
  });
  f.if(zeroProduct.and(isZero(format, c.bits)), () => {
    f.return(format.narrow(signBitOf(format, signOfZeroSum(opposed, sign, mode))));
  });
  f.if(zeroProduct.or(isInfinite(format, c.bits)), () => f.return(format.narrow(c.bits)));
}

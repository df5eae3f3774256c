/** The exact product of two significands. */
import type { FunctionBuilder } from "../../base/wasm/function-builder.ts";
import type { I64, IntegerType } from "../../base/wasm/value.ts";
import { type FloatFormat, leadingBit } from "./format.ts";

/**
 * The exact product of two significands as 128 bits, where bit 61 of `high` stands for
 * 2^(a.exponent + b.exponent + 1): the leading one is there or one place below.
 * `low` is absent where the format's products fit 64 bits.
 */
export interface Product {
  readonly high: I64;
  readonly low: I64 | undefined;
}

export function multiplySignificands(
  f: FunctionBuilder,
  { fractionBits, guardBits }: FloatFormat<IntegerType>,
  a: I64,
  b: I64,
): Product {
  if (2 * (fractionBits + 1) <= leadingBit) {
    const product = a.shrU(guardBits).mul(b.shrU(guardBits));
    return { high: f.let(product.shl(leadingBit - 2 - 2 * fractionBits)), low: undefined };
  }
  const lowHalf = (value: I64) => value.and(0xffff_ffffn);
  const [a0, a1] = [f.let(lowHalf(a)), f.let(a.shrU(32))];
  const [b0, b1] = [f.let(lowHalf(b)), f.let(b.shrU(32))];
  const lowest = f.let(a0.mul(b0));
  const cross = f.let(a0.mul(b1));
  // At most (2^32-1)^2 + 2·(2^32-1) = 2^64-1: no carry is lost.
  const middle = f.let(a1.mul(b0).add(lowHalf(cross)).add(lowest.shrU(32)));
  return {
    high: f.let(a1.mul(b1).add(cross.shrU(32)).add(middle.shrU(32))),
    low: f.let(middle.shl(32).or(lowHalf(lowest))),
  };
}

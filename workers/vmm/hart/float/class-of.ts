import type { FunctionBuilder } from "../../base/wasm/function-builder.ts";
import { type I32, type I64, type IntegerType, i32, select } from "../../base/wasm/value.ts";
import type { FloatFormat } from "./format.ts";
import { biasedExponentOf, isInfinite, isNan, isSignalingNan, isZero, signOf } from "./pattern.ts";

/**
 * FCLASS: a mask with one of ten bits set (RISC-V manual, chapter F, table of `fclass` results).
 *
 * @param bits with zeros above the format; used more than once
 */
export function classOf(f: FunctionBuilder, format: FloatFormat<IntegerType>, bits: I64): I32 {
  const nonzero = select(
    biasedExponentOf(format, bits).eqz(),
    i32.const(1),
    select(isInfinite(format, bits), i32.const(3), i32.const(2)),
  );
  // Distance from zero: 0 zero, 1 subnormal, 2 normal, 3 infinite; bits 4 up and 3 down.
  const distance = f.let(select(isZero(format, bits), i32.const(0), nonzero));
  const place = select(signOf(format, bits), i32.const(3).sub(distance), distance.add(4));
  const nan = select(isSignalingNan(format, bits), i32.const(8), i32.const(9));
  return i32.const(1).shl(select(isNan(format, bits), nan, place));
}

/**
 * When a native result is exact, so that NX is not due where it is clear: enough of the conditions to
 * keep programs on the host's arithmetic that count in floating point, as interpreters of languages do
 * that have no other numbers. None of them is a statement that a result is inexact.
 *
 * Both formats go by the type of one: what is said of binary64 holds of binary32.
 */
import type { FunctionBuilder } from "../../base/wasm/function-builder.ts";
import type { F64, I32, I64 } from "../../base/wasm/value.ts";
import { isIntegral } from "./fast-float.ts";

/** The first power of two behind which integers are missing, as a bit pattern: 2^24 and 2^53. */
const firstRounded = { f32: (127 + 24) * 2 ** 23, f64: BigInt(1023 + 53) << 52n } as const;

const magnitude = (value: F64): I64 => value.abs().reinterpretInteger() as I64;

/** Below the integers of which some are missing: no sum or product of integers that was rounded. */
const isSmall = (value: F64): I32 => magnitude(value).ltU(firstRounded[value.type] as bigint);

/** Nothing was lost: the error of a sum is a number of its own (Knuth, TAOCP 2, 4.2.2, theorem C). */
export function isExactSum(f: FunctionBuilder, sum: F64, a: F64, b: F64): I32 {
  const rest = f.let(sum.sub(a));
  const lost = a.sub(sum.sub(rest)).add(b.sub(rest));
  return magnitude(lost).eqz();
}

/** A product of integers. */
export const isExactProduct = (product: F64, a: F64, b: F64): I32 =>
  isIntegral(a).and(isIntegral(b)).and(isSmall(product));

/** An integer that comes of two others. */
export const isExactQuotient = (quotient: F64, a: F64, b: F64): I32 =>
  isIntegral(quotient).and(isIntegral(b)).and(isSmall(a)).and(quotient.mul(b).eq(a));

/** The root of a square. */
export const isExactRoot = (root: F64, a: F64): I32 =>
  isIntegral(root).and(isSmall(a)).and(root.mul(root).eq(a));

/**
 * Floating point of the F, D, Zfh and Zfa extensions by integers: WebAssembly functions over bit patterns
 * that are right in every rounding mode and raise every flag (IEEE 754-2019 as the RISC-V
 * unprivileged manual, chapters F and D, chooses: tininess after rounding, canonical NaNs).
 *
 *     const float = buildSoftFloat(module);
 *     sum.set(float.f64.add.call(a, b, mode));
 *     fflags.set(fflags.or(float.flags.get()));   // and then f.setGlobal(float.flags, i32.const(0))
 *
 * Patterns are i32 for f16 and f32 (the caller unboxes and boxes NaNs) and i64 for f64. A rounding mode is
 * 0 to 4: the caller has looked up a dynamic one and refused the reserved ones. The functions only
 * ever add to `flags`, whose bits are those of `fflags`: the caller reads and clears it.
 */
import type { Callee, ModuleBuilder } from "../../base/wasm/module-builder.ts";
import type { IntegerType } from "../../base/wasm/value.ts";
import { buildAdd, buildSubtract } from "./add.ts";
import {
  buildClassify,
  buildEqual,
  buildLess,
  buildLessOrEqual,
  buildMaximum,
  buildMinimum,
} from "./compare.ts";
import { buildFormatConversion } from "./convert-format.ts";
import { buildDivide, buildSquareRoot } from "./divide.ts";
import { binary16, binary32, binary64, type FloatFormat } from "./format.ts";
import { buildFromInteger } from "./from-integer.ts";
import { buildFusedMultiplyAdd } from "./fused.ts";
import { buildMultiply } from "./multiply.ts";
import { buildRoundPack, type FlagsGlobal, type FloatScope } from "./round-pack.ts";
import { buildRoundToIntegral } from "./round-to-integral.ts";
import { buildToInteger, buildToIntegerModular } from "./to-integer.ts";

/** Operations of one format; a trailing i32 operand is the rounding mode. */
export interface FloatFunctions<T extends IntegerType> {
  readonly add: Callee<readonly [T, T, "i32"], T>;
  readonly sub: Callee<readonly [T, T, "i32"], T>;
  readonly mul: Callee<readonly [T, T, "i32"], T>;
  readonly div: Callee<readonly [T, T, "i32"], T>;
  readonly sqrt: Callee<readonly [T, "i32"], T>;
  /** a · b + c, rounded once; the other three are this with signs flipped before. */
  readonly fma: Callee<readonly [T, T, T, "i32"], T>;
  /** 1 or 0. `eq` is quiet, `lt` and `le` raise NV for any NaN. */
  readonly eq: Callee<readonly [T, T], "i32">;
  readonly lt: Callee<readonly [T, T], "i32">;
  readonly le: Callee<readonly [T, T], "i32">;
  readonly min: Callee<readonly [T, T], T>;
  readonly max: Callee<readonly [T, T], T>;
  /** As `lt`, `le`, `min` and `max`, but a quiet NaN is not invalid, and a NaN is the result. */
  readonly ltq: Callee<readonly [T, T], "i32">;
  readonly leq: Callee<readonly [T, T], "i32">;
  readonly minm: Callee<readonly [T, T], T>;
  readonly maxm: Callee<readonly [T, T], T>;
  /** To an integer of the format; only the second says by NX that it was none. */
  readonly round: Callee<readonly [T, "i32"], T>;
  readonly roundnx: Callee<readonly [T, "i32"], T>;
  /** One of ten bits, as FCLASS. */
  readonly classify: Callee<readonly [T], "i32">;
  /** To integers: saturating; 32-bit results are sign-extended. */
  readonly toI32: Callee<readonly [T, "i32"], "i64">;
  readonly toU32: Callee<readonly [T, "i32"], "i64">;
  readonly toI64: Callee<readonly [T, "i32"], "i64">;
  readonly toU64: Callee<readonly [T, "i32"], "i64">;
  /** From an integer register, of which the 32-bit ones take the low half. */
  readonly fromI32: Callee<readonly ["i64", "i32"], T>;
  readonly fromU32: Callee<readonly ["i64", "i32"], T>;
  readonly fromI64: Callee<readonly ["i64", "i32"], T>;
  readonly fromU64: Callee<readonly ["i64", "i32"], T>;
}

export interface SoftFloat {
  /** Exceptions raised since the caller cleared it, as in `fflags`. */
  readonly flags: FlagsGlobal;
  readonly f16: FloatFunctions<"i32">;
  readonly f32: FloatFunctions<"i32">;
  readonly f64: FloatFunctions<"i64">;
  /** Widening is exact: the rounding mode is not looked at. */
  readonly f16ToF32: Callee<readonly ["i32", "i32"], "i32">;
  readonly f16ToF64: Callee<readonly ["i32", "i32"], "i64">;
  readonly f32ToF64: Callee<readonly ["i32", "i32"], "i64">;
  readonly f32ToF16: Callee<readonly ["i32", "i32"], "i32">;
  readonly f64ToF16: Callee<readonly ["i64", "i32"], "i32">;
  readonly f64ToF32: Callee<readonly ["i64", "i32"], "i32">;
  /** Towards zero and modulo 2^32. */
  readonly f64ToI32Modular: Callee<readonly ["i64"], "i64">;
}

export function buildSoftFloat(module: ModuleBuilder): SoftFloat {
  const flags = module.global("i32");
  const half = scopeOf(module, binary16, flags);
  const single = scopeOf(module, binary32, flags);
  const double = scopeOf(module, binary64, flags);
  const f64 = buildFunctions(double);
  return {
    flags,
    f16: buildFunctions(half),
    f32: buildFunctions(single),
    f64,
    f16ToF32: buildFormatConversion(half, single),
    f16ToF64: buildFormatConversion(half, double),
    f32ToF16: buildFormatConversion(single, half),
    f64ToF16: buildFormatConversion(double, half),
    f64ToI32Modular: buildToIntegerModular(double, f64.toI32),
    f32ToF64: buildFormatConversion(single, double),
    f64ToF32: buildFormatConversion(double, single),
  };
}

function scopeOf<T extends IntegerType>(
  module: ModuleBuilder,
  format: FloatFormat<T>,
  flags: FlagsGlobal,
): FloatScope<T> {
  return { module, format, flags, roundPack: buildRoundPack(module, format, flags) };
}

function buildFunctions<T extends IntegerType>(scope: FloatScope<T>): FloatFunctions<T> {
  const add = buildAdd(scope);
  return {
    add,
    sub: buildSubtract(scope, add),
    mul: buildMultiply(scope),
    div: buildDivide(scope),
    sqrt: buildSquareRoot(scope),
    fma: buildFusedMultiplyAdd(scope),
    eq: buildEqual(scope),
    lt: buildLess(scope, "signaling"),
    le: buildLessOrEqual(scope, "signaling"),
    min: buildMinimum(scope, "nan yields"),
    max: buildMaximum(scope, "nan yields"),
    ltq: buildLess(scope, "quiet"),
    leq: buildLessOrEqual(scope, "quiet"),
    minm: buildMinimum(scope, "nan wins"),
    maxm: buildMaximum(scope, "nan wins"),
    round: buildRoundToIntegral(scope, false),
    roundnx: buildRoundToIntegral(scope, true),
    classify: buildClassify(scope),
    ...buildToInteger(scope),
    ...buildFromInteger(scope),
  };
}

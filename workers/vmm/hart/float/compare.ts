/** Comparisons, minimum and maximum, and classification. */
import type { Callee } from "../../base/wasm/module-builder.ts";
import { type I32, type I64, type IntegerType, i32, i64, select } from "../../base/wasm/value.ts";
import { classOf } from "./class-of.ts";
import { exceptionFlag } from "./fcsr.ts";
import { isNan, isSignalingNan, magnitudeOf } from "./pattern.ts";
import { type FloatScope, raise, raiseSignaling, returnNan } from "./round-pack.ts";

type Comparison<T extends IntegerType> = Callee<readonly [T, T], "i32">;

/** FEQ is quiet: only a signaling NaN is invalid. */
export function buildEqual<T extends IntegerType>(scope: FloatScope<T>): Comparison<T> {
  const { format } = scope;
  return buildComparison(scope, isSignalingNan, (a, b) =>
    a.eq(b).or(magnitudeOf(format, a.or(b)).eqz()),
  );
}

/** What a NaN among the operands does: FLT and FLE are signaling, FLTQ and FLEQ (Zfa) quiet. */
type Quietness = "signaling" | "quiet";

export function buildLess<T extends IntegerType>(
  scope: FloatScope<T>,
  quietness: Quietness,
): Comparison<T> {
  const { format } = scope;
  return buildComparison(scope, invalidOperands[quietness], (a, b) =>
    orderOf(scope, a)
      .ltS(orderOf(scope, b))
      .and(magnitudeOf(format, a.or(b)).ne(0)),
  );
}

export function buildLessOrEqual<T extends IntegerType>(
  scope: FloatScope<T>,
  quietness: Quietness,
): Comparison<T> {
  const { format } = scope;
  return buildComparison(scope, invalidOperands[quietness], (a, b) =>
    orderOf(scope, a)
      .leS(orderOf(scope, b))
      .or(magnitudeOf(format, a.or(b)).eqz()),
  );
}

/**
 * `minimumNumber` and `maximumNumber` of IEEE 754-2019, where a NaN yields to a number (FMIN), or
 * `minimum` and `maximum`, where it does not (FMINM of Zfa); -0 is below +0. A signaling NaN raises
 * NV in any case.
 */
type NanRule = "nan yields" | "nan wins";

export function buildMinimum<T extends IntegerType>(scope: FloatScope<T>, rule: NanRule) {
  return buildSelection(scope, rule, (a, b) => a.ltS(b));
}

export function buildMaximum<T extends IntegerType>(scope: FloatScope<T>, rule: NanRule) {
  return buildSelection(scope, rule, (a, b) => a.gtS(b));
}

export function buildClassify<T extends IntegerType>({
  module,
  format,
}: FloatScope<T>): Callee<readonly [T], "i32"> {
  return module.function([format.type], "i32", (f, pattern) =>
    f.return(classOf(f, format, f.let(format.widen(pattern)))),
  );
}

/** A number's place in the total order as a signed integer: -0 is just below +0. */
function orderOf<T extends IntegerType>({ format }: FloatScope<T>, bits: I64): I64 {
  const signed = bits.shl(63 - format.signPlace);
  return signed.xor(signed.shrS(63).shrU(1));
}

const invalidOperands = { signaling: isNan, quiet: isSignalingNan } as const;

function buildComparison<T extends IntegerType>(
  { module, format, flags }: FloatScope<T>,
  isInvalid: typeof isNan,
  result: (a: I64, b: I64) => I32,
): Comparison<T> {
  const { type } = format;
  return module.function([type, type], "i32", (f, patternA, patternB) => {
    const a = f.let(format.widen(patternA));
    const b = f.let(format.widen(patternB));
    f.if(isNan(format, a).or(isNan(format, b)), () => {
      const invalid = isInvalid(format, a).or(isInvalid(format, b));
      f.if(invalid, () => raise(f, flags, exceptionFlag.invalid));
      f.return(i32.const(0));
    });
    f.return(result(a, b));
  });
}

function buildSelection<T extends IntegerType>(
  scope: FloatScope<T>,
  rule: NanRule,
  prefers: (a: I64, b: I64) => I32,
): Callee<readonly [T, T], T> {
  const { module, format } = scope;
  const { type } = format;
  return module.function([type, type], type, (f, patternA, patternB) => {
    const a = f.let(format.widen(patternA));
    const b = f.let(format.widen(patternB));
    f.if(isNan(format, a).or(isNan(format, b)), () => {
      if (rule === "nan wins") returnNan(f, scope, [a, b]);
      raiseSignaling(f, scope, [a, b]);
      const number = select(isNan(format, a), b, a);
      const nan = i64.const(format.canonicalNan);
      f.return(format.narrow(select(isNan(format, number), nan, number)));
    });
    const preferred = prefers(orderOf(scope, a), orderOf(scope, b));
    f.return(format.narrow(select(preferred, a, b)));
  });
}

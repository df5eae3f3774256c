/**
 * The one place where results are rounded: every arithmetic operation and conversion ends here.
 *
 * The caller hands in the exact result as sign, biased exponent and a significand with its leading
 * one at bit 62 and all that lies below the 64 bits or-ed into bit 0. Neither zero nor special.
 * Tininess is detected after rounding, as the RISC-V manual chooses (chapter F, "NaN Generation and
 * Propagation" and IEEE 754-2019 §7.5).
 */
import type { FunctionBuilder } from "../../base/wasm/function-builder.ts";
import type { Callee, ModuleBuilder } from "../../base/wasm/module-builder.ts";
import {
  type I32,
  type I64,
  type IntegerType,
  i32,
  i64,
  select,
  type Value,
} from "../../base/wasm/value.ts";
import { exceptionFlag, roundingMode } from "./fcsr.ts";
import type { FloatFormat } from "./format.ts";
import { anyOf, isSignalingNan, signBitOf } from "./pattern.ts";
import { shiftRightSticky } from "./unpacked.ts";

/** sign, biased exponent, significand, rounding mode → pattern (widened). */
export type RoundPack = Callee<readonly ["i32", "i32", "i64", "i32"], "i64">;

export interface FlagsGlobal {
  readonly index: number;
  get(): Value<"i32">;
}

/** What the operations of one format share. */
export interface FloatScope<T extends IntegerType> {
  readonly module: ModuleBuilder;
  readonly format: FloatFormat<T>;
  readonly flags: FlagsGlobal;
  readonly roundPack: RoundPack;
}

export function raise(f: FunctionBuilder, flags: FlagsGlobal, raised: I32 | number): void {
  f.setGlobal(flags, flags.get().or(raised));
}

/** Raises NV where an operand is a signaling NaN. */
export function raiseSignaling<T extends IntegerType>(
  f: FunctionBuilder,
  { format, flags }: FloatScope<T>,
  operands: readonly I64[],
): void {
  const signaling = operands.map((operand) => isSignalingNan(format, operand));
  f.if(anyOf(signaling), () => raise(f, flags, exceptionFlag.invalid));
}

/** The result of an operation with a NaN among its operands. */
export function returnNan<T extends IntegerType>(
  f: FunctionBuilder,
  scope: FloatScope<T>,
  operands: readonly I64[],
): void {
  raiseSignaling(f, scope, operands);
  f.return(scope.format.narrow(i64.const(scope.format.canonicalNan)));
}

/** Raises NV and returns the canonical NaN. */
export function returnInvalid<T extends IntegerType>(
  f: FunctionBuilder,
  { format, flags }: FloatScope<T>,
): void {
  raise(f, flags, exceptionFlag.invalid);
  f.return(format.narrow(i64.const(format.canonicalNan)));
}

export function buildRoundPack(
  module: ModuleBuilder,
  format: FloatFormat<IntegerType>,
  flags: FlagsGlobal,
): RoundPack {
  const guardMask = (1n << BigInt(format.guardBits)) - 1n;
  const half = 1n << BigInt(format.guardBits - 1);
  const { inexact, overflow, underflow } = exceptionFlag;

  return module.function(
    ["i32", "i32", "i64", "i32"],
    "i64",
    (f, sign, exponent, significand, mode) => {
      const nearest = mode.and(3).eqz();
      const awayFromZero = mode.eq(i32.const(roundingMode.up).sub(sign));
      const increment = f.let(
        select(nearest, i64.const(half), select(awayFromZero, i64.const(guardMask), i64.const(0))),
      );
      // The leading one stays in the significand and adds itself to the exponent field.
      const field = f.let(exponent.sub(1));
      const carries = significand.add(increment).shrU(63).wrap();

      // Exponents from which even a carry neither overflows nor leaves the subnormal numbers.
      f.if(field.geU(format.specialExponent - 2), () => {
        f.if(
          exponent.gtS(0),
          () => {
            f.if(exponent.geS(format.specialExponent).or(carries), () => {
              raise(f, flags, overflow | inexact);
              const magnitude = i64.const(format.infinity).sub(increment.eqz().extendU());
              f.return(signBitOf(format, sign).or(magnitude));
            });
          },
          () => {
            const tiny = f.let(exponent.ltS(0).or(carries.eqz()));
            const distance = f.let(exponent.neg().add(1));
            significand.set(shiftRightSticky(f, significand, distance));
            field.set(0);
            f.if(tiny.and(significand.and(guardMask).ne(0)), () => raise(f, flags, underflow));
          },
        );
      });

      const rest = f.let(significand.and(guardMask));
      raise(f, flags, rest.ne(0));
      const tieToEven = rest.eq(half).and(mode.eqz());
      const rounded = significand
        .add(increment)
        .shrU(format.guardBits)
        .and(tieToEven.extendU().not());
      f.return(signBitOf(format, sign).or(field.extendU().shl(format.fractionBits).add(rounded)));
    },
  );
}

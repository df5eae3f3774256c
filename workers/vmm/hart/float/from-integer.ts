/** Conversions of integers to a format. */
import type { Callee } from "../../base/wasm/module-builder.ts";
import { type I32, type I64, type IntegerType, i32, i64 } from "../../base/wasm/value.ts";
import type { FloatScope } from "./round-pack.ts";

/** The operand is an integer register; the 32-bit conversions ignore its upper half. */
export function buildFromInteger<T extends IntegerType>({
  module,
  format,
  roundPack,
}: FloatScope<T>) {
  const from = (
    operandOf: (register: I64) => I64,
    signOf: (operand: I64) => I32,
  ): Callee<readonly ["i64", "i32"], T> =>
    module.function(["i64", "i32"], format.type, (f, register, mode) => {
      const operand = f.let(operandOf(register));
      f.if(operand.eqz(), () => f.return(format.narrow(i64.const(0))));
      const sign = f.let(signOf(operand));
      f.if(sign, () => operand.set(operand.neg()));
      const zeros = f.let(operand.clz());
      operand.set(operand.shl(zeros));
      const significand = operand.shrU(1).or(operand.and(1));
      const exponent = i32.const(format.bias + 63).sub(zeros.wrap());
      f.return(format.narrow(roundPack.call(sign, exponent, significand, mode)));
    });

  const negative = (operand: I64) => operand.shrU(63).wrap();
  const positive = () => i32.const(0);
  return {
    fromI32: from((register) => register.extend32S(), negative),
    fromU32: from((register) => register.and(0xffff_ffffn), positive),
    fromI64: from((register) => register, negative),
    fromU64: from((register) => register, positive),
  };
}

/** Bits of float registers as instructions that do no arithmetic see them. */
import { type I32, type I64, i64 } from "../../base/wasm/value.ts";
import type { FloatFormat } from "../../isa/semantics.ts";
import { floatConstantsBase } from "../../memory/layout.ts";
import { floatConstantsOffset } from "../float/constants.ts";

/** The constant of this number that `fli` loads, as a register holds it. */
export function floatConstant(number: I32, format: FloatFormat): I64 {
  return i64.load(number.shl(3), floatConstantsBase + floatConstantsOffset(format));
}

/** What `fmv.x` gives for the bits of a float register. */
export function signExtended(bits: I64, format: FloatFormat): I64 {
  return { half: bits.extend16S(), single: bits.extend32S(), double: bits }[format];
}

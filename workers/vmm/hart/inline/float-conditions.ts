import type { FunctionBuilder, Local } from "../../base/wasm/function-builder.ts";
import type { HartFields } from "../../isa/hart-layout.ts";
import { exceptionFlag } from "../float/fcsr.ts";
import { mstatus } from "../privilege.ts";

/** The conditions of `InlineState` about floating point, computed here. */
export function floatConditions(
  f: FunctionBuilder,
  h: HartFields,
): { readonly floatOn: Local<"i32">; readonly floatFast: Local<"i32"> } {
  const floatOn = f.let(h.get("mstatus").and(mstatus.fs).eq(mstatus.fs));
  const inexact = h.get("fflags").and(exceptionFlag.inexact).ne(0);
  const floatFast = f.let(floatOn.and(inexact).and(h.get("frm").eqz()));
  return { floatOn, floatFast };
}

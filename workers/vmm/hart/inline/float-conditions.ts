import type { FunctionBuilder, Local } from "../../base/wasm/function-builder.ts";
import type { HartFields } from "../../isa/hart-layout.ts";
import { exceptionFlag } from "../float/fcsr.ts";
import { mstatus } from "../privilege.ts";

export interface FloatConditions {
  readonly floatReadable: Local<"i32">;
  readonly floatOn: Local<"i32">;
  readonly floatNearest: Local<"i32">;
  readonly floatFast: Local<"i32">;
  /** Computes them anew, where `mstatus.FS`, `fflags` or `frm` was written. */
  refresh(): void;
}

/** The conditions of `InlineState` about floating point, computed here. */
export function floatConditions(f: FunctionBuilder, h: HartFields): FloatConditions {
  const floatReadable = f.local("i32");
  const floatOn = f.local("i32");
  const floatNearest = f.local("i32");
  const floatFast = f.local("i32");
  const refresh = () => {
    const use = f.let(h.get("mstatus").and(mstatus.fs));
    floatReadable.set(use.ne(0));
    floatOn.set(use.eq(mstatus.fs));
    const inexact = h.get("fflags").and(exceptionFlag.inexact).ne(0);
    floatNearest.set(floatOn.and(h.get("frm").eqz()));
    floatFast.set(floatNearest.and(inexact));
  };
  refresh();
  return { floatReadable, floatOn, floatNearest, floatFast, refresh };
}

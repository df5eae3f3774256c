import type { FunctionBuilder } from "../../base/wasm/function-builder.ts";
import type { I32 } from "../../base/wasm/value.ts";
import type { HartFields } from "../../isa/hart-layout.ts";
import { exceptionFlag } from "../float/fcsr.ts";
import { mstatus } from "../privilege.ts";

/** What floating point needs: 0 or 1, each only where the one before it holds. */
export interface FloatConditions {
  /** `mstatus.FS` is not off, so that float registers may be read. */
  readonly readable: I32;
  /** `mstatus.FS` is dirty, so that float registers may be written. */
  readonly on: I32;
  /** `frm` is to nearest even. */
  readonly nearest: I32;
  /** The inexact flag is set already. */
  readonly fast: I32;
  /** Computes them anew, where `mstatus.FS`, `fflags` or `frm` was written. */
  refresh(): void;
}

/** The conditions, computed here. */
export function floatConditions(f: FunctionBuilder, h: HartFields): FloatConditions {
  const readable = f.local("i32");
  const on = f.local("i32");
  const nearest = f.local("i32");
  const fast = f.local("i32");
  const refresh = () => {
    const use = f.let(h.get("mstatus").and(mstatus.fs));
    readable.set(use.ne(0));
    on.set(use.eq(mstatus.fs));
    const inexact = h.get("fflags").and(exceptionFlag.inexact).ne(0);
    nearest.set(on.and(h.get("frm").eqz()));
    fast.set(nearest.and(inexact));
  };
  refresh();
  return { readable, on, nearest, fast, refresh };
}

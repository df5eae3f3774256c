/** Compares an access with the triggers of a hart; see `trigger-csrs.ts`. */
import type { Callee, ModuleBuilder } from "../base/wasm/module-builder.ts";
import { type I32, i32 } from "../base/wasm/value.ts";
import { HartFields, triggers } from "../isa/hart-layout.ts";
import { sizeOf, triggerControl, triggerSize, triggerType } from "./trigger-csrs.ts";

/** What an access is, in the bits of `tdata1`. */
export const triggerKinds = {
  fetch: Number(triggerControl.execute),
  load: Number(triggerControl.load),
  store: Number(triggerControl.store),
  atomic: Number(triggerControl.load | triggerControl.store),
} as const;

export interface Triggers {
  /** (hart, address, bytes, one of `triggerKinds`) → 1 where one fires before the access. */
  readonly match: Callee<readonly ["i32", "i64", "i32", "i32"], "i32">;
}

const enableOfUser = Math.log2(Number(triggerControl.user));

export function buildTriggers(module: ModuleBuilder): Triggers {
  const match = module.function(
    ["i32", "i64", "i32", "i32"],
    "i32",
    (f, hart, address, bytes, kind) => {
      const h = new HartFields(f, hart);
      for (let index = 0; index < triggers; index++) {
        const control = f.let(h.get(`tdata1Of${index as 0 | 1}`));
        const isOn = control.shrU(60).ne(triggerType.disabled >> 60n);
        const isKind = control.wrap().and(kind).ne(0);
        // The enables of U, S and M lie in the order of the privileges.
        const isMode = control.wrap().shrU(h.get("privilege").add(enableOfUser)).and(1);
        const distance = h.get(`tdata2Of${index as 0 | 1}`).sub(address);
        const isPlace = distance.ltU(bytes.extendU());
        const fires = isOn.and(isKind).and(isMode).and(isPlace);
        f.if(fires.and(hasSize(f.let(sizeOf(control)).wrap(), bytes)), () =>
          f.return(i32.const(1)),
        );
      }
      f.return(i32.const(0));
    },
  );
  return { match };
}

function hasSize(size: I32, bytes: I32): I32 {
  const { bytes1, bytes2, bytes4, bytes8 } = triggerSize;
  const isExactly = (field: number, width: number) => size.eq(field).and(bytes.eq(width));
  return size
    .eqz()
    .or(isExactly(bytes1, 1))
    .or(isExactly(bytes2, 2))
    .or(isExactly(bytes4, 4))
    .or(isExactly(bytes8, 8));
}

/**
 * A module whose one function takes the place of a translated region and does what none that is right
 * ever does: it writes into the hart that it was called for, and ends in a trap.
 */
import { ModuleBuilder } from "../../workers/vmm/base/wasm/module-builder.ts";
import { i32 } from "../../workers/vmm/base/wasm/value.ts";
import { hartFields } from "../../workers/vmm/isa/hart-layout.ts";

export const trapKinds = ["unreachable", "out of bounds", "stack"] as const;
export type TrapKind = (typeof trapKinds)[number];

/** The memory of a machine may have any size. */
const [leastPages, mostPages] = [1, 65_536];

/** @returns bytes of a module that exports `region` */
export function trappingModule(kind: TrapKind): Uint8Array {
  const module = new ModuleBuilder(leastPages, mostPages);
  const region = module.declare(["i32", "i32"], "i32");
  module.define(region, (f, hart, entry) => {
    f.store(hart, hartFields.budget.offset, i32.const(7));
    f.store(hart, hartFields.mip.offset, i32.const(-1));
    if (kind === "stack") f.do(region.call(hart, entry), true);
    if (kind === "out of bounds") f.store(i32.const(-4), 0xffff_fff0, i32.const(1));
    f.unreachable();
  });
  module.export("region", region);
  return module.encode();
}

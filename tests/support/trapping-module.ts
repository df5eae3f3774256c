/**
 * A module whose one function takes the place of a translated region and at last does what none that is
 * right ever does: it writes into the hart that it was called for, and ends in a trap.
 *
 * It imports the memory and, as `env.original`, the region, which does the work until then.
 */
import { ModuleBuilder } from "../../workers/vmm/base/wasm/module-builder.ts";
import { i32 } from "../../workers/vmm/base/wasm/value.ts";
import { hartFields, integerRegistersOffset } from "../../workers/vmm/isa/hart-layout.ts";

export const trapKinds = ["unreachable", "out of bounds", "stack"] as const;
export type TrapKind = (typeof trapKinds)[number];

/** The memory of a machine may have any size. */
const [leastPages, mostPages] = [1, 65_536];

/** A register of the guest that counts down, and the value that it has while all goes well. */
export interface TrapInstant {
  readonly register: number;
  readonly least: number;
}

/**
 * @param at with its first visit, where it is not said
 * @returns bytes of a module that exports `region`
 */
export function trappingModule(kind: TrapKind, at?: TrapInstant): Uint8Array {
  const module = new ModuleBuilder(leastPages, mostPages);
  const original = module.import("original", ["i32", "i32"], "i32");
  const region = module.declare(["i32", "i32"], "i32");
  module.define(region, (f, hart, entry) => {
    if (at) {
      const left = i32.load(hart, integerRegistersOffset + 8 * at.register);
      f.if(left.geU(at.least), () => f.return(original.call(hart, entry)));
    }
    f.store(hart, hartFields.budget.offset, i32.const(7));
    f.store(hart, hartFields.mip.offset, i32.const(-1));
    if (kind === "stack") f.do(region.call(hart, entry), true);
    if (kind === "out of bounds") f.store(i32.const(-4), 0xffff_fff0, i32.const(1));
    f.unreachable();
  });
  module.export("region", region);
  return module.encode();
}

/**
 * (hart): decodes the instruction at `pc`, where `run` has met one that was decoded when the machine
 * was saved. That is the monitor's doing and no exit, and `run` goes on with it afterwards.
 *
 * The instruction must not go by `step` instead: of some instructions `step` counts exits that `run`,
 * which the undisturbed run took, has not.
 */
import type { Callee, ModuleBuilder } from "../base/wasm/module-builder.ts";
import { HartFields } from "../isa/hart-layout.ts";
import { addend, entryAddress, entrySlot } from "../mmu/tlb.ts";
import { recordScale } from "./record.ts";
import type { CodeImports } from "./step.ts";

export function buildPrepare(
  module: ModuleBuilder,
  code: CodeImports,
): Callee<readonly ["i32"], undefined> {
  return module.function(["i32"], undefined, (f, hart) => {
    const h = new HartFields(f, hart);
    const pc = f.let(h.get("pc"));
    const entry = f.let(entryAddress(h.get("fetchTlb"), pc));
    const record = f.let(addend(entry).add(pc.wrap().and(0xffe).mul(recordScale)));
    // Whoever finds a page absent gives back the budget of the instruction under way.
    h.set("budget", h.get("budget").sub(1));
    f.do(code.decode.call(record, entrySlot(entry)), true);
    h.set("budget", h.get("budget").add(1));
  });
}

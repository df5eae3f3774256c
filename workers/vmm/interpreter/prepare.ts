/**
 * (hart) → 1 where `run` can go on after all: what it left for was the monitor's doing, and is put
 * right. Either a fetch entry had been withdrawn (`mmu/tlb-repair.ts`), or a restored machine comes to an instruction that
 * was decoded when it was saved.
 *
 * The instruction must not go by `step` instead: of some instructions `step` counts exits that `run`,
 * which the undisturbed run took, has not.
 */
import type { Callee, ModuleBuilder } from "../base/wasm/module-builder.ts";
import { i32 } from "../base/wasm/value.ts";
import { HartFields } from "../isa/hart-layout.ts";
import { mapSlot } from "../memory/guest-map.ts";
import type { PhysicalMemory } from "../mmu/physical-memory.ts";
import { addend, entryAddress, entrySlot, fillEntry, hits, isWithdrawn } from "../mmu/tlb.ts";
import { recordScale, specialOperations } from "./record.ts";
import type { CodeImports } from "./step.ts";

export function buildPrepare(
  module: ModuleBuilder,
  { memory, code }: { readonly memory: PhysicalMemory; readonly code: CodeImports },
): Callee<readonly ["i32"], "i32"> {
  return module.function(["i32"], "i32", (f, hart) => {
    const h = new HartFields(f, hart);
    const pc = f.let(h.get("pc"));
    const entry = f.let(entryAddress(h.get("fetchTlb"), pc));
    const generation = h.get("fetchGeneration");
    f.if(hits(entry, pc.and(-4096), 1, generation), () => {
      const record = f.let(addend(entry).add(pc.wrap().and(0xffe).mul(recordScale)));
      f.if(i32.load16U(record).ne(specialOperations.known), () => f.return(i32.const(0)));
      asInstruction(h, () => f.do(code.decode.call(record, entrySlot(entry))));
      f.return(i32.const(1));
    });
    f.if(isWithdrawn(entry, pc, generation), () => {
      const slot = f.let(entrySlot(entry));
      asInstruction(h, () => f.do(memory.readableFrame.call(hart, slot)));
      h.count("trace.access");
      fillEntry(f, entry, pc, { addend: mapSlot.records(slot), slot, generation });
      f.return(i32.const(1));
    });
    f.return(i32.const(0));
  });
}

/** Whoever finds a page absent gives back the budget of the instruction under way. */
function asInstruction(h: HartFields, act: () => void): void {
  h.set("budget", h.get("budget").sub(1));
  act();
  h.set("budget", h.get("budget").add(1));
}

/**
 * `run`: the interpreter's inner loop. One `br_table` over pre-decoded records, registers of the
 * loop in Wasm locals, no calls. It goes on until the budget is used up or an instruction needs
 * `step`, and leaves `pc` and `budget` as if the next instruction had not begun.
 */
import type { FunctionBuilder, Label } from "../base/wasm/function-builder.ts";
import type { Callee, ModuleBuilder } from "../base/wasm/module-builder.ts";
import { i32 } from "../base/wasm/value.ts";
import { exceptionFlag } from "../hart/float/fcsr.ts";
import { mstatus } from "../hart/privilege.ts";
import { HartFields } from "../isa/hart-layout.ts";
import { recordBytes } from "../memory/layout.ts";
import { addend, entryAddress, hits } from "../mmu/tlb.ts";
import { FastSemantics } from "./fast-semantics.ts";
import { operations, recordScale, specialOperations } from "./record.ts";
import type { RunState } from "./run-state.ts";

const scaleLog2 = Math.log2(recordScale);
const halfwordMask = 0xffe;
const fullLength = 2 * recordBytes;

/** (hart) */
export function buildRun(module: ModuleBuilder): Callee<readonly ["i32"], undefined> {
  return module.function(["i32"], undefined, (f, hart) => {
    const h = new HartFields(f, hart);
    const pc = f.let(h.get("pc"));
    const budget = f.let(h.get("budget"));
    const record = f.local("i32");
    const page = f.local("i32");
    const bias = f.local("i64");
    const length = f.local("i32");
    const dataTlb = f.let(h.get("dataTlb"));
    const fetchTlb = f.let(h.get("fetchTlb"));
    const generation = f.let(h.get("tlbGeneration"));
    const floatOn = f.let(h.get("mstatus").and(mstatus.fs).eq(mstatus.fs));
    const inexact = h.get("fflags").and(exceptionFlag.inexact).ne(0);
    const floatFast = f.let(floatOn.and(inexact).and(h.get("frm").eqz()));

    const body = (leave: Label, outOfBudget: Label, fetchMiss: Label) =>
      f.loop((resolve) => {
        const entry = f.let(entryAddress(fetchTlb, pc));
        f.branchIf(hits(entry, pc.and(-4096), 1, generation).eqz(), fetchMiss);
        page.set(addend(entry));
        record.set(page.add(pc.wrap().and(halfwordMask).shl(scaleLog2)));
        bias.set(pc.sub(record.shrU(scaleLog2).extendU()));
        f.loop((dispatch) => {
          f.branchIf(budget.eqz(), outOfBudget);
          budget.set(budget.sub(1));
          length.set(fullLength);
          const base = { f, hart, record, page, bias, pc, dataTlb, generation, floatOn, floatFast };
          const state = { ...base, leave, dispatch, resolve };
          const nextPage = () => {
            budget.set(budget.add(1));
            pc.set(bias.add(record.shrU(scaleLog2).extendU()));
            f.branch(resolve);
          };
          const toStep = () => f.branch(leave);
          const special = Object.keys(specialOperations).map((name) =>
            name === "nextPage" ? nextPage : toStep,
          );
          f.switch(i32.load16U(record), [...special, ...cases(f, state, length)], toStep);
        });
      });

    f.block((fetchMiss) => {
      f.block((outOfBudget) => {
        f.block((leave) => body(leave, outOfBudget, fetchMiss));
        budget.set(budget.add(1));
      });
      pc.set(bias.add(record.shrU(scaleLog2).extendU()));
    });
    h.set("pc", pc);
    h.set("budget", budget);
  });
}

/** A 2-byte case only sets the length and falls into the 4-byte case of the same row. */
function cases(
  f: FunctionBuilder,
  state: Omit<RunState, "length">,
  length: ReturnType<typeof f.local<"i32">>,
): (() => void)[] {
  return operations.map(({ row, bytes }, i) => {
    const isAlias = bytes === 2;
    if (isAlias) return () => length.set(recordBytes);
    const hasAlias = operations[i - 1]?.row === row;
    return () => {
      const own = hasAlias ? length : i32.const(fullLength);
      row.execute(new FastSemantics({ ...state, length: own }, row));
      state.record.set(state.record.add(own));
      f.branch(state.dispatch);
    };
  });
}

/**
 * `run`: the interpreter's inner loop. One `br_table` over pre-decoded records, registers of the
 * loop in Wasm locals, no calls. It goes on until the budget is used up, an instruction needs
 * `step`, or a translated region can be entered, and leaves `pc` and `budget` as if the next
 * instruction had not begun.
 */
import type { FunctionBuilder, Label } from "../base/wasm/function-builder.ts";
import type { Callee, ModuleBuilder } from "../base/wasm/module-builder.ts";
import { type I64, i32 } from "../base/wasm/value.ts";
import { floatConditions } from "../hart/inline/float-conditions.ts";
import { HartFields } from "../isa/hart-layout.ts";
import { recordBytes } from "../memory/layout.ts";
import { addend, entryAddress, hits } from "../mmu/tlb.ts";
import { FastSemantics } from "./fast-semantics.ts";
import { operations, recordScale, specialOperations } from "./record.ts";
import type { RunState } from "./run-state.ts";

const scaleLog2 = Math.log2(recordScale);
const halfwordMask = 0xffe;
const fullLength = 2 * recordBytes;

/** Why `run` came back. */
export const runResults = {
  ...{ budget: 0, step: 1, entry: 2, select: 3 },
  /** An instruction that was decoded when the machine was saved, and is not yet here. */
  known: 4,
} as const;

/** (hart) → one of `runResults` */
export function buildRun(module: ModuleBuilder): Callee<readonly ["i32"], "i32"> {
  return module.function(["i32"], "i32", (f, hart) => {
    const h = new HartFields(f, hart);
    const pc = f.let(h.get("pc"));
    const budget = f.let(h.get("budget"));
    const record = f.local("i32");
    const page = f.local("i32");
    const bias = f.local("i64");
    const length = f.local("i32");
    const result = f.local("i32");
    const dataTlb = f.let(h.get("dataTlb"));
    const fetchTlb = f.let(h.get("fetchTlb"));
    const generation = f.let(h.get("dataGeneration"));
    const fetchGeneration = f.let(h.get("fetchGeneration"));
    const float = floatConditions(f, h);

    const goTo = (end: Label) => (target: I64) => {
      pc.set(target);
      result.set(runResults.select - runResults.step);
      f.branch(end);
    };
    const body = (toStep: Label, outOfBudget: Label, elsewhere: Label) =>
      f.loop((resolve) => {
        const entry = f.let(entryAddress(fetchTlb, pc));
        f.branchIf(hits(entry, pc.and(-4096), 1, fetchGeneration).eqz(), elsewhere);
        page.set(addend(entry));
        record.set(page.add(pc.wrap().and(halfwordMask).shl(scaleLog2)));
        bias.set(pc.sub(record.shrU(scaleLog2).extendU()));
        f.loop((dispatch) => {
          f.branchIf(budget.eqz(), outOfBudget);
          budget.set(budget.sub(1));
          length.set(fullLength);
          const state = {
            ...{ f, hart, record, page, bias, pc, dataTlb, generation },
            ...{ float, dispatch, resolve },
            budget: () => budget.add(h.get("withheld")),
            ...{ goTo: goTo(elsewhere), goBehind: goTo(elsewhere) },
            leave: () => f.branch(toStep),
            leaveUnless: (condition: ReturnType<typeof i32.load>) =>
              f.branchIf(condition.eqz(), toStep),
          };
          const leaveFor = (why: "entry" | "known") => () => {
            result.set(runResults[why] - runResults.step);
            f.branch(toStep);
          };
          const specialCases: Partial<Record<keyof typeof specialOperations, () => void>> = {
            nextPage: () => {
              budget.set(budget.add(1));
              pc.set(bias.add(record.shrU(scaleLog2).extendU()));
              f.branch(resolve);
            },
            entry: leaveFor("entry"),
            known: leaveFor("known"),
          };
          const special = Object.keys(specialOperations).map(
            (name) => specialCases[name as keyof typeof specialOperations] ?? state.leave,
          );
          f.switch(i32.load16U(record), [...special, ...cases(f, state, length)], state.leave);
        });
      });

    f.block((elsewhere) => {
      f.block((outOfBudget) => {
        f.block((toStep) => body(toStep, outOfBudget, elsewhere));
        budget.set(budget.add(1));
        result.set(result.add(runResults.step));
      });
      pc.set(bias.add(record.shrU(scaleLog2).extendU()));
      h.set("pc", pc);
      h.set("budget", budget);
      f.return(result);
    });
    h.set("pc", pc);
    h.set("budget", budget);
    f.return(result.add(runResults.step));
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

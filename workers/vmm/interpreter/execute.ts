/**
 * `execute`: runs a hart until its budget is used up or something asks to stop, by translated
 * regions where there are some, by `run` elsewhere, and by `step` where neither can go on.
 *
 * It also finds what is hot. Code that is interpreted is looked at every `HeatPolicy.interval` steps, and
 * marked at the next place that is jumped to; a place that execution comes to from a region or a
 * trap is marked each time. A place with `hotMarks` marks is reported once.
 */

import type { Instructions } from "../base/units.ts";
import type { FunctionBuilder, Label, Local } from "../base/wasm/function-builder.ts";
import type { Callee, ModuleBuilder } from "../base/wasm/module-builder.ts";
import { type I32, type I64, i32, select } from "../base/wasm/value.ts";
import type { ContextFunctions } from "../hart/context.ts";
import {
  countArrival,
  entryOf,
  exitsOf,
  markOf,
  noRegion,
  regionEntry,
  regionResults,
  smallestRegionBudget,
} from "../hart/region-entry.ts";
import { stopCodes } from "../hart/stop-codes.ts";
import type { TrapFunctions } from "../hart/trap.ts";
import { HartFields } from "../isa/hart-layout.ts";
import { addend, entryAddress, hits } from "../mmu/tlb.ts";
import { recordScale, specialOperations } from "./record.ts";
import { runResults } from "./run.ts";

const arrivalMark = 1;
const longestInstruction = 4;

/** When code counts as hot. No guest can tell, whatever the numbers are. */
export interface HeatPolicy {
  /** Interpreted steps from one look at where execution is to the next. */
  readonly interval: Instructions;
  /** Marks that a place gets when it is seen in that way; each arrival there is one mark. */
  readonly sampleMarks: number;
  /** Marks with which a place is translated, below 65,536. */
  readonly hotMarks: number;
  /**
   * Marks with which translated code of an earlier run is used for the first time: it is there, but the host
   * compiles it only then.
   */
  readonly keptMarks: number;
  /** Arrivals from one region at an entry of another, after which they are made one. */
  readonly joinArrivals: number;
  /**
   * Times that a region was left for `step` at one instruction, below 65,536, after which it is made
   * anew with an entry behind that instruction (adaptive translation: Adams & Agesen, ASPLOS 2006, 3.3).
   */
  readonly adaptExits: number;
  /** Looks, of all VMs of a monitor together, after which all marks count half. */
  readonly fading: number;
  /** Looks until hot places are translated that are too few for a batch; 0: each at once. */
  readonly patience: number;
}

/** What of the slow path is timed now and then. */
export const timedExits = { step: 0, interrupt: 1 };

interface Parts {
  readonly heat: HeatPolicy;
  readonly run: Callee<readonly ["i32"], "i32">;
  readonly step: Callee<readonly ["i32"], undefined>;
  /** (hart): what `run` has left for `runResults.known` is put right. */
  readonly prepare: Callee<readonly ["i32"], undefined>;
  /** (hart, region that execution comes from or `noRegion`): the place at `pc` is hot. */
  readonly hot: Callee<readonly ["i32", "i32"], undefined>;
  /** (hart): what was found hot is to be translated. */
  readonly translate: Callee<readonly ["i32"], undefined>;
  /** (hart, one of `timedExits`): does it, under the monitor's stopwatch. */
  readonly timeExit: Callee<readonly ["i32", "i32"], undefined>;
  readonly traps: TrapFunctions;
  readonly context: ContextFunctions;
}

/** (hart) → stop code */
export function buildExecute(
  module: ModuleBuilder,
  { heat, run, step, prepare, hot, translate, timeExit, traps, context }: Parts,
): Callee<readonly ["i32"], "i32"> {
  const callRegion = module.callIndirect(["i32", "i32"], "i32");

  /** (hart, marks to add, region that execution comes from)*/
  const mark = module.function(["i32", "i32"], undefined, (f, hart, marks) => {
    const h = new HartFields(f, hart);
    const pc = f.let(h.get("pc"));
    const page = f.local("i32");
    const record = f.local("i32");
    f.block((absent) => {
      findRecord(f, h, pc, { page, record }, absent);
      f.branchIf(i32.load16U(record).eq(specialOperations.entry), absent);
      addMarks(heat, f, { page, record }, marks, () => f.do(hot.call(hart, noRegion)));
    });
  });

  /** (hart, region): counts that a region was left at the instruction at `pc`. */
  const leftForStep = module.function(["i32", "i32"], undefined, (f, hart, region) => {
    const h = new HartFields(f, hart);
    const page = f.local("i32");
    const record = f.local("i32");
    f.block((absent) => {
      findRecord(f, h, f.let(h.get("pc")), { page, record }, absent);
      const at = f.let(markOf(page, record));
      f.if(i32.load16U(record).eq(specialOperations.entry), () =>
        at.set(exitsOf(entryOf(page, record))),
      );
      const next = f.let(i32.load16U(at).add(1));
      f.branchIf(next.gtU(0xffff), absent);
      f.storeNarrow(at, 0, next, 2);
      f.if(next.eq(heat.adaptExits), () => f.do(hot.call(hart, region)));
    });
  });

  /**
   * (hart) → one of `runResults`: interprets the instruction that stands where an entry is, for which
   * it takes the entry away meanwhile. There must be some budget.
   */
  const runPast = module.function(["i32"], "i32", (f, hart) => {
    const h = new HartFields(f, hart);
    const page = f.local("i32");
    const record = f.local("i32");
    const result = f.local("i32");
    const rest = f.let(h.get("budget").sub(1));
    f.block((absent) => {
      findRecord(f, h, f.let(h.get("pc")), { page, record }, absent);
      f.storeNarrow(record, 0, regionEntry.operation(entryOf(page, record)), 2);
      h.set("budget", 1);
      h.set("withheld", rest);
      result.set(run.call(hart));
      h.set("budget", h.get("budget").add(rest));
      h.set("withheld", 0);
      f.storeNarrow(record, 0, i32.const(specialOperations.entry), 2);
    });
    f.return(result);
  });

  return module.function(["i32"], "i32", (f, hart) => {
    const h = new HartFields(f, hart);
    const page = f.local("i32");
    const record = f.local("i32");
    const entry = f.local("i32");
    const region = f.local("i32");
    const given = f.local("i32");
    const rest = f.local("i32");
    const result = f.local("i32");
    const isLooking = f.local("i32");
    const last = f.let(i32.const(noRegion));
    const pc = f.local("i64");
    const translates = f.let(h.get("translates"));
    /** The place of the look is found: where the first jump since then leads. */
    const seen = () => {
      isLooking.set(0);
      h.set("heatLeft", heat.interval);
      h.set("looks", h.get("looks").add(1));
      f.do(mark.call(hart, heat.sampleMarks));
      f.if(h.get("translationDue"), () => {
        h.set("translationDue", h.get("translationDue").sub(1));
        f.if(h.get("translationDue").eqz(), () => f.do(translate.call(hart)));
      });
    };
    const prepareIfKnown = (goOn: Label) =>
      f.if(result.eq(runResults.known), () => {
        f.do(prepare.call(hart));
        f.branch(goOn);
      });
    const nowAndThen = (what: number, act: () => void) => {
      const left = f.let(h.get("exitsUntilTimed").sub(1));
      h.set("exitsUntilTimed", left);
      f.if(left.eqz(), () => f.do(timeExit.call(hart, i32.const(what))), act);
    };
    f.loop((again) => {
      // Pending interrupts can be delivered only here: behind a step or a change of the context, or
      // by the monitor between two calls.
      f.if(h.get("mip").and(h.get("mie")).ne(0), () =>
        nowAndThen(timedExits.interrupt, () => f.do(traps.deliverInterrupt.call(hart))),
      );
      f.block((toStep) => {
        f.loop((goOn) => {
          f.block((interpret) => {
            f.branchIf(translates.eqz(), interpret);
            f.branchIf(h.get("budget").ltU(smallestRegionBudget), interpret);
            pc.set(h.get("pc"));
            findRecord(f, h, pc, { page, record }, interpret);
            f.if(i32.load16U(record).ne(specialOperations.entry), () => {
              f.if(last.ne(noRegion), () =>
                addMarks(heat, f, { page, record }, i32.const(arrivalMark), () => {
                  f.do(hot.call(hart, noRegion));
                  last.set(noRegion);
                  f.branch(goOn);
                }),
              );
              f.branch(interpret);
            });
            entry.set(entryOf(page, record));
            region.set(regionEntry.region(entry));
            f.if(last.ne(noRegion).and(last.ne(region)), () =>
              f.if(countArrival(f, entry).eq(heat.joinArrivals), () => {
                f.do(hot.call(hart, last));
                last.set(noRegion);
                f.branch(goOn);
              }),
            );
            last.set(noRegion);
            result.set(callRegion(region, hart, entry));
            f.if(result.eq(regionResults.step), () => {
              f.do(leftForStep.call(hart, region));
              f.branch(toStep);
            });
            last.set(region);
            f.branchIf(result.ne(regionResults.select), goOn);
            f.do(context.select.call(hart));
            f.branch(again);
          });
          last.set(noRegion);
          given.set(h.get("budget"));
          f.if(given.eqz(), () => f.return(i32.const(stopCodes.budget)));
          f.if(translates.eqz(), () => {
            result.set(run.call(hart));
            f.if(result.eq(runResults.select), () => {
              f.do(context.select.call(hart));
              f.branch(again);
            });
            prepareIfKnown(goOn);
            f.branchIf(h.get("budget").ne(0), toStep);
            f.return(i32.const(stopCodes.budget));
          });
          // Nothing in `run` looks at the budget but to end: it may be told less than there is.
          rest.set(0);
          const most = f.let(select(isLooking, i32.const(1), h.get("heatLeft")));
          f.if(given.gtU(most), () => {
            rest.set(given.sub(most));
            given.set(most);
            h.set("budget", most);
            h.set("withheld", rest);
          });
          pc.set(h.get("pc"));
          result.set(run.call(hart));
          const left = f.let(h.get("budget"));
          h.set("budget", left.add(rest));
          h.set("withheld", 0);
          f.if(
            isLooking,
            () => f.if(left.eqz().and(isJump(h.get("pc"), pc)), seen),
            () => {
              h.set("heatLeft", h.get("heatLeft").sub(given.sub(left)));
              f.if(h.get("heatLeft").eqz(), () => isLooking.set(1));
            },
          );
          prepareIfKnown(goOn);
          const isShort = h.get("budget").ltU(smallestRegionBudget);
          f.if(result.eq(runResults.entry).and(isShort), () => result.set(runPast.call(hart)));
          f.branchIf(result.eq(runResults.step), toStep);
          f.branchIf(result.ne(runResults.select), goOn);
          f.do(context.select.call(hart));
          f.if(isLooking.eqz(), () => f.do(mark.call(hart, arrivalMark)));
          f.branch(again);
        });
      });
      f.if(h.get("budget").eqz(), () => f.return(i32.const(stopCodes.budget)));
      pc.set(h.get("pc"));
      nowAndThen(timedExits.step, () => f.do(step.call(hart)));
      f.if(translates.and(isJump(h.get("pc"), pc)), () =>
        f.if(isLooking, seen, () => f.do(mark.call(hart, arrivalMark))),
      );
      f.branchIf(h.get("stopRequest").eqz(), again);
    });
    f.return(h.get("stopRequest"));
  });
}

/** Counts arrivals at a record that is no entry. */
function addMarks(
  heat: HeatPolicy,
  f: FunctionBuilder,
  place: { page: I32; record: I32 },
  marks: I32,
  onHot: () => void,
): void {
  const at = f.let(markOf(place.page, place.record));
  const old = f.let(i32.load16U(at));
  const next = f.let(old.add(marks));
  f.if(next.leU(0xffff), () => {
    f.storeNarrow(at, 0, next, 2);
    // Also now and then before, because its code may be there already.
    const isHot = old.ltU(heat.hotMarks).and(next.geU(heat.hotMarks));
    f.if(isHot.or(old.clz().ne(next.clz())), onHot);
  });
}

/** Whether `pc` is elsewhere than behind an instruction. */
function isJump(pc: I64, before: I64): I32 {
  return pc.sub(before).sub(1).geU(longestInstruction);
}

/** The record at `pc`; leaves where no fetch entry leads to one. */
function findRecord(
  f: FunctionBuilder,
  h: HartFields,
  pc: I64,
  found: { readonly page: Local<"i32">; readonly record: Local<"i32"> },
  absent: Label,
): void {
  const slot = f.let(entryAddress(h.get("fetchTlb"), pc));
  f.branchIf(hits(slot, pc.and(-4096), 1, h.get("fetchGeneration")).eqz(), absent);
  found.page.set(addend(slot));
  found.record.set(found.page.add(pc.wrap().and(0xffe).mul(recordScale)));
}

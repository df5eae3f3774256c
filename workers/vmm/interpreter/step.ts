/**
 * `step`: executes exactly one instruction, or takes the exception that it or its fetch raises,
 * and uses one unit of the budget for it.
 */
import type { Callee, ModuleBuilder } from "../base/wasm/module-builder.ts";
import { type I32, i32 } from "../base/wasm/value.ts";
import { exception } from "../hart/privilege.ts";
import { entryOf, regionEntry } from "../hart/region-entry.ts";
import { stopCodes } from "../hart/stop-codes.ts";
import { hasTriggers } from "../hart/trigger-csrs.ts";
import { type Triggers, triggerKinds } from "../hart/triggers.ts";
import { HartFields, hartFields } from "../isa/hart-layout.ts";
import { mapSlot } from "../memory/guest-map.ts";
import { codePageStride, codePoolBase } from "../memory/layout.ts";
import { access } from "../mmu/access.ts";
import type { PhysicalMemory } from "../mmu/physical-memory.ts";
import { addend, entryAddress, entrySlot, fillEntry, hits } from "../mmu/tlb.ts";
import type { Walk } from "../mmu/walk.ts";
import { ExactSemantics } from "./exact-semantics.ts";
import { operations, recordScale, specialOperations } from "./record.ts";
import type { HartFunctions, StepState } from "./step-state.ts";

const scaleLog2 = Math.log2(recordScale);

export interface CodeImports {
  /** (slot of a page) → address of its new records. */
  readonly allocate: Callee<readonly ["i32"], "i32">;
  /** (record, slot of its page): decode from here on. → where the record is now */
  readonly decode: Callee<readonly ["i32", "i32"], "i32">;
  /** (record, instruction bits): decode one instruction into a scratch record. */
  readonly decodeInto: Callee<readonly ["i32", "i32"], undefined>;
  /** (hart) → 1 where a debugger wants to stop before the instruction at `pc`. */
  readonly breakpoint: Callee<readonly ["i32", "i32"], "i32">;
}

interface Parts {
  readonly memory: PhysicalMemory;
  readonly walk: Walk;
  readonly code: CodeImports;
  readonly triggers: Triggers;
  readonly hart: Omit<HartFunctions, "instructionBits">;
}

/** (hart) */
export function buildStep(
  module: ModuleBuilder,
  parts: Parts,
): Callee<readonly ["i32"], undefined> {
  const { memory, walk, code, triggers, hart: functions } = parts;

  /** (hart, address) → fetch TLB entry that translates it, or 0 after raising the fault. */
  const fetchEntry = module.function(["i32", "i64"], "i32", (f, hart, address) => {
    const h = new HartFields(f, hart);
    const entry = f.let(entryAddress(h.get("fetchTlb"), address));
    const generation = h.get("fetchGeneration");
    f.if(hits(entry, address.and(-4096), 1, generation), () => f.return(entry));
    const privilege = h.get("privilege");
    const physical = f.let(walk.translate.call(hart, address, access.fetch, privilege, 2));
    const fail = (cause: I32) => {
      f.do(functions.traps.raise.call(hart, cause, address));
      f.return(i32.const(0));
    };
    f.if(physical.eq(-1), () => fail(walk.cause.get()));
    const frame = f.let(memory.readable.call(hart, physical.and(-4096)));
    f.if(frame.eqz(), () => fail(i32.const(exception.fetchAccess)));
    f.if(
      walk.isCacheable.get().and(hasTriggers(h, address, "fetchPage").eqz()),
      () => h.count("mmu.fill"),
      () => entry.set(uncachedEntry(hart)),
    );
    const slot = f.let(memory.slot.get());
    const records = f.let(mapSlot.records(slot));
    f.if(records.eqz(), () => records.set(code.allocate.call(slot)));
    fillEntry(f, entry, address, {
      addend: records,
      slot,
      generation,
    });
    f.return(entry);
  });

  const halfwordAt = (hart: I32, entry: I32, address: I32) =>
    i32.load16U(memory.readableFrame.call(hart, entrySlot(entry)).add(address.and(4095)));

  /** (hart) → record of the instruction at `pc`, decoded; 0 after raising a fault. */
  const fetch = module.function(["i32"], "i32", (f, hart) => {
    const h = new HartFields(f, hart);
    f.if(h.get("triggersArmed"), () =>
      f.if(triggers.match.call(hart, h.get("pc"), 1, triggerKinds.fetch), () => {
        f.do(functions.traps.raise.call(hart, exception.breakpoint, h.get("pc")));
        f.return(i32.const(0));
      }),
    );
    const entry = f.let(fetchEntry.call(hart, h.get("pc")));
    f.if(entry.eqz(), () => f.return(i32.const(0)));
    // Where permission does not hold for the whole page, each half of an instruction needs it.
    f.if(entry.eq(uncachedEntry(hart)), () => {
      const at = h.get("pc");
      const isFull = f.let(halfwordAt(hart, entry, at.wrap()).and(3).eq(3));
      f.if(isFull.and(at.wrap().and(4095).ne(4094)), () => {
        entry.set(fetchEntry.call(hart, at.add(2)));
        f.if(entry.eqz(), () => f.return(i32.const(0)));
      });
    });
    const pc = f.let(h.get("pc").wrap());
    const record = f.let(addend(entry).add(pc.and(0xffe).shl(scaleLog2)));
    f.if(i32.load16U(record).eq(specialOperations.undecoded), () => {
      // Where the guest's page is absent, the instruction comes again: it is counted once.
      record.set(code.decode.call(record, entrySlot(entry)));
      h.count("translate");
    });
    f.if(i32.load16U(record).eq(specialOperations.known), () =>
      record.set(code.decode.call(record, entrySlot(entry))),
    );
    const operation = f.let(i32.load16U(record));
    const isBreakpoint = f.let(operation.eq(specialOperations.breakpoint));
    f.if(isBreakpoint, () =>
      f.if(code.breakpoint.call(hart, record), () => {
        h.set("stopRequest", stopCodes.debug);
        h.set("budget", h.get("budget").add(1));
        f.return(i32.const(0));
      }),
    );
    f.if(isBreakpoint.or(operation.eq(specialOperations.straddling)), () => {
      const bits = f.let(halfwordAt(hart, entry, pc));
      f.if(bits.and(3).eq(3), () => {
        entry.set(fetchEntry.call(hart, h.get("pc").add(2)));
        f.if(entry.eqz(), () => f.return(i32.const(0)));
        bits.set(bits.or(halfwordAt(hart, entry, pc.add(2)).shl(16)));
      });
      record.set(hart.add(hartFields.scratchRecord.offset));
      const isKnown = h.get("scratchBits").eq(bits).and(i32.load16U(record).ne(0));
      f.if(isKnown.eqz(), () => {
        f.do(code.decodeInto.call(record, bits));
        h.set("scratchBits", bits);
      });
    });
    f.return(record);
  });

  const instructionBits = module.function(["i32"], "i32", (f, hart) => {
    const h = new HartFields(f, hart);
    const entry = f.let(fetchEntry.call(hart, h.get("pc")));
    const pc = f.let(h.get("pc").wrap());
    const low = f.let(halfwordAt(hart, entry, pc));
    f.if(low.and(3).ne(3), () => f.return(low));
    entry.set(fetchEntry.call(hart, h.get("pc").add(2)));
    f.return(low.or(halfwordAt(hart, entry, pc.add(2)).shl(16)));
  });

  return module.function(["i32"], undefined, (f, hart) => {
    const h = new HartFields(f, hart);
    h.set("budget", h.get("budget").sub(1));
    h.set("faulted", 0);
    const record = f.let(fetch.call(hart));
    f.if(record.eqz(), () => f.return());
    const pc = f.let(h.get("pc"));
    const next = f.let(pc.add(4));
    f.block((trapped) => {
      const state: StepState = {
        ...{ f, hart, record, pc, next, trapped },
        functions: { ...functions, instructionBits },
      };
      f.block((done) => {
        const rows = operations.map(({ row, bytes }) => () => {
          if (bytes === 2) {
            next.set(pc.add(2));
            return;
          }
          row.execute(new ExactSemantics(state, row));
          f.branch(done);
        });
        const illegalRow = operations[0]?.row;
        if (!illegalRow) throw new Error("the table is empty");
        const illegal = () => new ExactSemantics(state, illegalRow).illegal();
        const special = Object.keys(specialOperations).map(() => illegal);
        const operation = f.let(i32.load16U(record));
        f.if(operation.eq(specialOperations.entry), () => {
          // Not by the table of fetches: this one may not have been cached.
          const page = record.sub(record.sub(codePoolBase).remU(codePageStride));
          operation.set(regionEntry.operation(entryOf(f.let(page), record)));
        });
        f.switch(operation, [...special, ...rows], illegal);
      });
      h.set("pc", next);
    });
  });
}

/** Stands for an entry of the fetch table until the next fetch. */
function uncachedEntry(hart: I32): I32 {
  return hart.add(hartFields.uncachedEntry.offset);
}

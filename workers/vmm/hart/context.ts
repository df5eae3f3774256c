/**
 * Translation contexts: which TLB tables a hart uses, and what drops what they hold.
 *
 * The space that a value of `satp` uses is chosen by the ASID's low bits, and belongs to that whole
 * value: another one in its place drops it. What is dropped may be more than the manual asks for
 * ("Supervisor Memory-Management Fence Instruction"), never less.
 */
import type { FunctionBuilder } from "../base/wasm/function-builder.ts";
import type { Callee, ModuleBuilder } from "../base/wasm/module-builder.ts";
import { type I32, type I64, i32, i64, select } from "../base/wasm/value.ts";
import { HartFields, hartFields, hartStateBytes } from "../isa/hart-layout.ts";
import {
  dropPage,
  generations,
  sharedTlbBytes,
  sharedTlbOffsets,
  spaceTlbOffsets,
  tlbSpaceBytes,
  tlbSpaces,
} from "../mmu/tlb.ts";
import type { EventCounterFunctions } from "./event-counters.ts";
import { machine, mstatus, supervisor, user } from "./privilege.ts";

export interface ContextFunctions {
  /** (hart): privilege, `mstatus.MPP`, `MPRV` or `SUM` changed; choose the TLB tables anew. */
  readonly select: Callee<readonly ["i32"], undefined>;
  /** (hart): drops every cached translation. */
  readonly flush: Callee<readonly ["i32"], undefined>;
  /** (hart, address): drops the cached translations that come from the leaf entry of an address. */
  readonly flushPage: Callee<readonly ["i32", "i64"], undefined>;
  /** (hart, ASID): drops an address space's cached translations that are not global. */
  readonly flushSpace: Callee<readonly ["i32", "i64"], undefined>;
  /** (hart, ASID, address): of these, those that come from the leaf entry of an address. */
  readonly flushSpacePage: Callee<readonly ["i32", "i64", "i64"], undefined>;
  /** (hart, new `satp`): goes to another address space. */
  readonly switchSpace: Callee<readonly ["i32", "i64"], undefined>;
  /** (hart) → privilege that loads and stores act with (`MPRV`). */
  readonly dataPrivilege: Callee<readonly ["i32"], "i32">;
}

export function buildContext(
  module: ModuleBuilder,
  counters: EventCounterFunctions,
): ContextFunctions {
  const dataPrivilege = module.function(["i32"], "i32", (f, hart) => {
    const h = new HartFields(f, hart);
    const privilege = h.get("privilege");
    const status = h.get("mstatus");
    f.if(privilege.eq(machine).and(status.and(mstatus.mprv).ne(0)), () =>
      f.return(status.shrU(11).wrap().and(3)),
    );
    f.return(privilege);
  });

  const point = module.function(["i32"], undefined, (f, hart) => {
    const h = new HartFields(f, hart);
    const tables = hart.add(hartStateBytes);
    const space = f.let(spaceOf(asidOf(h.get("satp"))));
    const spaceTables = f.let(tables.add(space.mul(tlbSpaceBytes)));
    const spaceGeneration = f.let(generationOf(hart, space));
    const shared = f.let(h.get("sharedGeneration"));
    const data = f.let(dataPrivilege.call(hart));
    const sum = h.get("mstatus").and(mstatus.sum).ne(0);
    f.if(
      data.eq(user).or(data.eq(supervisor).and(sum)),
      () => {
        const { user: inUser, supervisorSum } = spaceTlbOffsets;
        const offset = select(data, i32.const(supervisorSum), i32.const(inUser));
        h.set("dataTlb", spaceTables.add(offset));
        h.set("dataGeneration", spaceGeneration);
      },
      () => {
        const { supervisor: inSupervisor, machine: inMachine } = sharedTlbOffsets;
        const isMachine = data.eq(machine);
        const offset = select(isMachine, i32.const(inMachine), i32.const(inSupervisor));
        h.set("dataTlb", tables.add(offset));
        h.set("dataGeneration", shared);
      },
    );
    const privilege = f.let(h.get("privilege"));
    f.if(
      privilege.eq(user),
      () => {
        h.set("fetchTlb", spaceTables.add(spaceTlbOffsets.userFetch));
        h.set("fetchGeneration", spaceGeneration);
      },
      () => {
        const { supervisorFetch, machineFetch } = sharedTlbOffsets;
        const isMachine = privilege.eq(machine);
        const offset = select(isMachine, i32.const(machineFetch), i32.const(supervisorFetch));
        h.set("fetchTlb", tables.add(offset));
        h.set("fetchGeneration", shared);
      },
    );
  });

  const selectTables = module.function(["i32"], undefined, (f, hart) => {
    f.do(point.call(hart));
    const h = new HartFields(f, hart);
    f.if(h.get("countersFiltered"), () => f.do(counters.switchMode.call(hart)));
  });

  /** (hart, group of tables): everything in it is out of date. */
  const step = module.function(["i32", "i32"], undefined, (f, hart, group) => {
    const next = f.let(generationOf(hart, group).add(generations.step));
    f.if(next.geU(generations.end), () => {
      const first = hart.add(hartStateBytes).add(group.mul(tlbSpaceBytes));
      const isShared = group.eq(sharedGroup);
      const bytes = select(isShared, i32.const(sharedTlbBytes), i32.const(tlbSpaceBytes));
      f.fill(first, i32.const(0), bytes);
      next.set(generations.first);
    });
    f.store(hart.add(group.shl(3)), hartFields.generationOf0.offset, next);
  });

  const dropShared = (f: FunctionBuilder, hart: I32) => {
    f.do(step.call(hart, sharedGroup));
    new HartFields(f, hart).set("sharedHoldsLocal", 0);
  };

  const flush = module.function(["i32"], undefined, (f, hart) => {
    const h = new HartFields(f, hart);
    for (let space = 0; space < tlbSpaces; space++) {
      f.store(hart, hartFields.satpOf0.offset + 8 * space, nobody);
    }
    const space = f.let(spaceOf(asidOf(h.get("satp"))));
    setOwner(f, hart, space, h.get("satp"));
    f.do(step.call(hart, space));
    dropShared(f, hart);
    for (const half of ["superpages", "upperSuperpages"] as const) {
      h.set(`${half}First`, i64.const(-1));
      h.set(`${half}Last`, i64.const(0));
    }
    f.do(point.call(hart));
  });

  const flushSpace = module.function(["i32", "i64"], undefined, (f, hart, asid) => {
    const h = new HartFields(f, hart);
    const space = f.let(spaceOf(asid));
    f.if(isOwner(hart, space, asid), () => {
      // The present address space has its tables in any case.
      setOwner(f, hart, space, select(isPresent(h, asid), h.get("satp"), nobody));
      f.do(step.call(hart, space));
    });
    f.if(h.get("sharedHoldsLocal"), () => dropShared(f, hart));
    f.do(point.call(hart));
  });

  const flushPage = module.function(["i32", "i64"], undefined, (f, hart, address) => {
    const h = new HartFields(f, hart);
    // A superpage's pages are cached one by one, and the fence is for all of them.
    f.if(
      mayBeLarge(h, address),
      () => f.do(flush.call(hart)),
      () => {
        const tables = f.let(hart.add(hartStateBytes));
        for (let space = 0; space < tlbSpaces; space++) {
          dropPage(f, tables.add(space * tlbSpaceBytes), address, tlbSpaceBytes);
        }
        dropPage(f, tables.add(sharedTlbOffsets.first), address, sharedTlbBytes);
      },
    );
  });

  const flushSpacePage = module.function(
    ["i32", "i64", "i64"],
    undefined,
    (f, hart, asid, address) => {
      const h = new HartFields(f, hart);
      f.if(mayBeLarge(h, address), () => {
        f.do(flushSpace.call(hart, asid));
        f.return();
      });
      const tables = f.let(hart.add(hartStateBytes));
      const space = f.let(spaceOf(asid));
      f.if(isOwner(hart, space, asid), () =>
        dropPage(f, f.let(tables.add(space.mul(tlbSpaceBytes))), address, tlbSpaceBytes),
      );
      f.if(h.get("sharedHoldsLocal"), () =>
        dropPage(f, tables.add(sharedTlbOffsets.first), address, sharedTlbBytes),
      );
    },
  );

  const switchSpace = module.function(["i32", "i64"], undefined, (f, hart, satp) => {
    const h = new HartFields(f, hart);
    const old = f.let(h.get("satp"));
    h.set("satp", satp);
    const space = f.let(spaceOf(asidOf(satp)));
    f.if(ownerOf(hart, space).ne(satp), () => {
      setOwner(f, hart, space, satp);
      f.do(step.call(hart, space));
    });
    // Global pages are the same in all address spaces, but only as one mode reads them.
    const changesMode = old.xor(satp).shrU(satpModeShift).ne(0);
    const leavesLocal = h.get("sharedHoldsLocal").and(old.ne(satp));
    f.if(changesMode.or(leavesLocal), () => dropShared(f, hart));
    f.do(point.call(hart));
  });

  return {
    ...{ select: selectTables, flush, flushPage, flushSpace, flushSpacePage, switchSpace },
    dataPrivilege,
  };
}

const satpModeShift = 60;
const satpAsidShift = 44;
const asidMask = 0xffff;
/** No value of `satp`, for the mode is not one. */
const nobody = i64.const(-1);
/** The group of the shared tables, behind the spaces. */
const sharedGroup = i32.const(tlbSpaces);

function asidOf(satp: I64): I64 {
  return satp.shrU(satpAsidShift);
}

function spaceOf(asid: I64): I32 {
  return asid.wrap().and(tlbSpaces - 1);
}

function generationOf(hart: I32, group: I32): I64 {
  return i64.load(hart.add(group.shl(3)), hartFields.generationOf0.offset);
}

/** The `satp` that a space's tables are of. */
function ownerOf(hart: I32, space: I32): I64 {
  return i64.load(hart.add(space.shl(3)), hartFields.satpOf0.offset);
}

function setOwner(f: FunctionBuilder, hart: I32, space: I32, satp: I64): void {
  f.store(hart.add(space.shl(3)), hartFields.satpOf0.offset, satp);
}

function isOwner(hart: I32, space: I32, asid: I64): I32 {
  return asidOf(ownerOf(hart, space)).xor(asid).and(asidMask).eqz();
}

function isPresent(h: HartFields, asid: I64): I32 {
  return asidOf(h.get("satp")).xor(asid).and(asidMask).eqz();
}

/** Whether a superpage may lie at an address. */
function mayBeLarge(h: HartFields, address: I64): I32 {
  const isIn = (half: "superpages" | "upperSuperpages") =>
    address.geU(h.get(`${half}First`)).and(address.leU(h.get(`${half}Last`)));
  return isIn("superpages").or(isIn("upperSuperpages"));
}

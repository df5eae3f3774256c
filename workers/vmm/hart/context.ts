/** Translation contexts: which TLB tables a hart uses, and what flushes them. */
import type { Callee, ModuleBuilder } from "../base/wasm/module-builder.ts";
import { type I32, i32, i64, select } from "../base/wasm/value.ts";
import { HartFields, hartStateBytes } from "../isa/hart-layout.ts";
import {
  dataContexts,
  dropPage,
  fetchContexts,
  fetchTlbOffset,
  generations,
  tlbBytes,
  tlbTableBytes,
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

  const selectTables = module.function(["i32"], undefined, (f, hart) => {
    const h = new HartFields(f, hart);
    const data = f.let(dataPrivilege.call(hart));
    const sum = h.get("mstatus").and(mstatus.sum).ne(0);
    const supervisorContext = select(
      sum,
      i32.const(dataContexts.supervisorSum),
      i32.const(dataContexts.supervisor),
    );
    const context = byPrivilege(data, dataContexts.user, supervisorContext, dataContexts.machine);
    const tables = hart.add(hartStateBytes);
    h.set("dataTlb", tables.add(context.mul(2 * tlbTableBytes)));
    const fetch = byPrivilege(
      h.get("privilege"),
      fetchContexts.user,
      i32.const(fetchContexts.supervisor),
      fetchContexts.machine,
    );
    h.set("fetchTlb", tables.add(fetchTlbOffset).add(fetch.mul(tlbTableBytes)));
    f.if(h.get("countersFiltered"), () => f.do(counters.switchMode.call(hart)));
  });

  const flush = module.function(["i32"], undefined, (f, hart) => {
    const h = new HartFields(f, hart);
    const next = f.let(h.get("tlbGeneration").add(generations.step));
    f.if(next.geU(generations.end), () => {
      f.fill(hart.add(hartStateBytes), i32.const(0xff), i32.const(tlbBytes));
      next.set(generations.first);
    });
    h.set("tlbGeneration", next);
    h.set("superpagesFirst", i64.const(-1));
    h.set("superpagesLast", i64.const(0));
  });

  const flushPage = module.function(["i32", "i64"], undefined, (f, hart, address) => {
    const h = new HartFields(f, hart);
    // A superpage's pages are cached one by one, and the fence is for all of them.
    const isAbove = address.geU(h.get("superpagesFirst"));
    const isBelow = address.leU(h.get("superpagesLast"));
    f.if(
      isAbove.and(isBelow),
      () => f.do(flush.call(hart)),
      () => dropPage(f, hart.add(hartStateBytes), address),
    );
  });

  return { select: selectTables, flush, flushPage, dataPrivilege };
}

function byPrivilege(privilege: I32, inUser: number, inSupervisor: I32, inMachine: number): I32 {
  const below = select(privilege.eq(user), i32.const(inUser), inSupervisor);
  return select(privilege.gtU(supervisor), i32.const(inMachine), below);
}

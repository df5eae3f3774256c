/** The CSR instructions' access path, generated from `csrTable`. */
import type { Callee, ModuleBuilder } from "../base/wasm/module-builder.ts";
import { type I64, i32, i64 } from "../base/wasm/value.ts";
import { HartFields } from "../isa/hart-layout.ts";
import { constantTablesBase } from "../memory/layout.ts";
import type { ContextFunctions } from "./context.ts";
import type { CsrContext, CsrRow } from "./csr-row.ts";
import { csrTable } from "./csr-table.ts";
import type { EventCounterFunctions } from "./event-counters.ts";

/** Kinds of update, as generated code numbers them. */
export const csrUpdate = { write: 0, set: 1, clear: 2 } as const;

export interface CsrAccess {
  /**
   * (hart, CSR number, update, operand, reads?, writes?) → old value. An access that is not
   * allowed changes nothing and sets `refused`, which the caller checks and turns into an
   * illegal-instruction exception.
   */
  readonly access: Callee<readonly ["i32", "i32", "i32", "i64", "i32", "i32"], "i64">;
  readonly refused: { readonly index: number; get(): ReturnType<typeof i32.const> };
}

const notImplemented = 0xff;

/** One byte for each CSR number: its row, or `notImplemented`. Copied to `constantTablesBase`. */
export function csrIndexTable(): Uint8Array {
  const table = new Uint8Array(4096).fill(notImplemented);
  csrTable.forEach(({ number }, index) => {
    table[number] = index;
  });
  return table;
}

/** @param timerChanged (hart): the monitor follows `stimecmp` */
export function buildCsrAccess(
  module: ModuleBuilder,
  contexts: ContextFunctions,
  counters: EventCounterFunctions,
  timerChanged: Callee<readonly ["i32"], undefined>,
): CsrAccess {
  const refused = module.global("i32");
  const access = module.function(
    ["i32", "i32", "i32", "i64", "i32", "i32"],
    "i64",
    (f, hart, number, update, operand, reads, writes) => {
      const h = new HartFields(f, hart);
      const context: CsrContext = {
        f,
        h,
        selectContext: () => f.do(contexts.select.call(hart)),
        flush: () => f.do(contexts.flush.call(hart)),
        switchSpace: (satp) => f.do(contexts.switchSpace.call(hart, satp)),
        timerChanged: () => f.do(timerChanged.call(hart)),
        changeCounters: (change) => {
          f.do(counters.settle.call(hart));
          change();
          f.do(counters.resume.call(hart));
          f.do(counters.changed.call(hart));
        },
      };
      const refuse = () => {
        f.setGlobal(refused, i32.const(1));
        f.return(i64.const(0));
      };
      f.setGlobal(refused, i32.const(0));
      f.if(number.shrU(8).and(3).gtU(h.get("privilege")), refuse);
      f.if(number.shrU(10).eq(3).and(writes.ne(0)), refuse);
      const old = f.local("i64");
      const next = f.local("i64");
      const computeNext = (base: I64) => {
        next.set(operand);
        f.if(update.eq(csrUpdate.set), () => next.set(base.or(operand)));
        f.if(update.eq(csrUpdate.clear), () => next.set(base.and(operand.not())));
      };
      const row =
        ({ read, base, write, guard }: CsrRow) =>
        () => {
          if (guard) f.if(guard(context).eqz(), refuse);
          f.if(reads, () => old.set(read(context)));
          if (write) {
            f.if(writes, () => {
              computeNext(base?.(context) ?? old);
              write(context, next);
            });
          }
          f.return(old);
        };
      f.switch(i32.load8U(number, constantTablesBase), csrTable.map(row), refuse);
      f.unreachable();
    },
  );
  return { access, refused };
}

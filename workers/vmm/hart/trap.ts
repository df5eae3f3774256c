/** Trap entry, trap return and interrupt delivery (privileged manual, 3.1.6, 3.1.8, 3.1.9, 3.3.2). */
import type { FunctionBuilder } from "../base/wasm/function-builder.ts";
import type { Callee, ModuleBuilder } from "../base/wasm/module-builder.ts";
import { type I64, type i32, i64, select } from "../base/wasm/value.ts";
import { exceptionCountersOffset, HartFields } from "../isa/hart-layout.ts";
import type { ContextFunctions } from "./context.ts";
import { interrupt, machine, mstatus, supervisor } from "./privilege.ts";
import { type TrapLevel, trapLevels } from "./trap-levels.ts";

export interface TrapFunctions {
  /** (hart, cause, trap value): an exception at `pc`; sets `faulted`. */
  readonly raise: Callee<readonly ["i32", "i32", "i64"], undefined>;
  /** (hart): takes the pending enabled interrupt of the highest priority, if there is one. */
  readonly deliverInterrupt: Callee<readonly ["i32"], undefined>;
  /** (hart): `mret`, `sret`; both set `pc`. */
  readonly returnFromMachine: Callee<readonly ["i32"], undefined>;
  readonly returnFromSupervisor: Callee<readonly ["i32"], undefined>;
}

export function buildTraps(module: ModuleBuilder, context: ContextFunctions): TrapFunctions {
  /** (hart, cause code, 1 for an interrupt, trap value) */
  const enter = module.function(
    ["i32", "i32", "i32", "i64"],
    undefined,
    (f, hart, code, isInterrupt, trapValue) => {
      const h = new HartFields(f, hart);
      const delegation = select(isInterrupt, h.get("mideleg"), h.get("medeleg"));
      const delegated = delegation.shrU(code.extendU()).wrap().and(1);
      const toSupervisor = h.get("privilege").leU(supervisor).and(delegated);
      const trap = { code, isInterrupt, trapValue, pc: h.get("pc") };
      f.if(
        toSupervisor,
        () => h.set("pc", trapLevels.enter(f, h, "supervisor", trap)),
        () => h.set("pc", trapLevels.enter(f, h, "machine", trap)),
      );
      f.do(context.select.call(hart));
    },
  );

  const raise = module.function(["i32", "i32", "i64"], undefined, (f, hart, cause, trapValue) => {
    const h = new HartFields(f, hart);
    h.set("faulted", 1);
    h.set("exceptions", h.get("exceptions").add(1));
    h.count("exception");
    const counter = f.let(hart.add(cause.shl(3)));
    f.store(counter, exceptionCountersOffset, i64.load(counter, exceptionCountersOffset).add(1));
    f.do(enter.call(hart, cause, 0, trapValue));
  });

  const deliverInterrupt = module.function(["i32"], undefined, (f, hart) => {
    const h = new HartFields(f, hart);
    const pending = f.let(h.get("mip").and(h.get("mie")));
    const privilege = f.let(h.get("privilege"));
    const status = f.let(h.get("mstatus"));
    const enabledAt = (level: number, enable: bigint) =>
      privilege.ltU(level).or(privilege.eq(level).and(status.and(enable).ne(0)));
    const delegated = h.get("mideleg");
    const chosen = f.let(
      select(enabledAt(machine, mstatus.mie), pending.and(delegated.not()), i64.const(0)),
    );
    f.if(chosen.eqz().and(enabledAt(supervisor, mstatus.sie)), () =>
      chosen.set(pending.and(delegated)),
    );
    f.if(chosen.eqz(), () => f.return());
    const code = f.local("i32");
    // Priority order of section 3.1.9: external, software, timer; machine before supervisor. The
    // overflow of a counter comes last (Sscofpmf).
    const priorities = [
      ...(["machineExternal", "machineSoftware", "machineTimer"] as const),
      ...(["supervisorExternal", "supervisorSoftware", "supervisorTimer"] as const),
      "counterOverflow" as const,
    ].map((name) => interrupt[name]);
    f.block((found) => {
      for (const bit of priorities) {
        code.set(bit);
        f.branchIf(bitOf(chosen, bit), found);
      }
    });
    countInterrupt(f, h, code);
    f.do(enter.call(hart, code, 1, i64.const(0)));
  });

  const returnFrom = (name: TrapLevel) =>
    module.function(["i32"], undefined, (f, hart) => {
      const h = new HartFields(f, hart);
      h.set("pc", trapLevels.leave(f, h, name));
      f.do(context.select.call(hart));
    });

  return {
    raise,
    deliverInterrupt,
    returnFromMachine: returnFrom("machine"),
    returnFromSupervisor: returnFrom("supervisor"),
  };
}

function bitOf(set: I64, bit: number) {
  return set.shrU(bit).wrap().and(1);
}

function countInterrupt(
  f: FunctionBuilder,
  h: HartFields,
  code: ReturnType<typeof i32.const>,
): void {
  const isAny = (a: number, b: number) => code.eq(a).or(code.eq(b));
  f.if(
    isAny(interrupt.machineTimer, interrupt.supervisorTimer),
    () => h.count("interrupt.timer"),
    () =>
      f.if(
        isAny(interrupt.machineExternal, interrupt.supervisorExternal),
        () => h.count("interrupt.external"),
        () =>
          f.if(
            code.eq(interrupt.counterOverflow),
            () => h.count("interrupt.counter"),
            () => h.count("interrupt.software"),
          ),
      ),
  );
}

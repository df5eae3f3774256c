/** Trap entry, trap return and interrupt delivery (privileged manual, 3.1.6, 3.1.8, 3.1.9, 3.3.2). */
import type { FunctionBuilder } from "../base/wasm/function-builder.ts";
import type { Callee, ModuleBuilder } from "../base/wasm/module-builder.ts";
import { type I64, type i32, i64, select } from "../base/wasm/value.ts";
import { HartFields } from "../isa/hart-layout.ts";
import type { ContextFunctions } from "./context.ts";
import { interrupt, machine, mstatus, supervisor } from "./privilege.ts";

export interface TrapFunctions {
  /** (hart, cause, trap value): an exception at `pc`; sets `faulted`. */
  readonly raise: Callee<readonly ["i32", "i32", "i64"], undefined>;
  /** (hart): takes the pending enabled interrupt of the highest priority, if there is one. */
  readonly deliverInterrupt: Callee<readonly ["i32"], undefined>;
  /** (hart): `mret`, `sret`; both set `pc`. */
  readonly returnFromMachine: Callee<readonly ["i32"], undefined>;
  readonly returnFromSupervisor: Callee<readonly ["i32"], undefined>;
}

const levels = {
  machine: {
    previous: mstatus.mpp,
    shift: 11,
    enable: mstatus.mie,
    saved: mstatus.mpie,
    level: machine,
  },
  supervisor: {
    previous: mstatus.spp,
    shift: 8,
    enable: mstatus.sie,
    saved: mstatus.spie,
    level: supervisor,
  },
} as const;
/** SPIE is SIE moved up by four, and MPIE is MIE moved up by four. */
const savedShift = 4;

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
      const cause = f.let(code.extendU().or(isInterrupt.extendU().shl(63)));
      h.set("reservedAddress", i64.const(-1));
      const enterLevel = (name: "machine" | "supervisor") => {
        const { previous, shift, enable, saved, level } = levels[name];
        const [epc, causeField, tval, tvec] =
          name === "machine"
            ? (["mepc", "mcause", "mtval", "mtvec"] as const)
            : (["sepc", "scause", "stval", "stvec"] as const);
        h.set(epc, h.get("pc"));
        h.set(causeField, cause);
        h.set(tval, trapValue);
        const status = f.let(h.get("mstatus"));
        const kept = status.and(~(previous | enable | saved));
        const newSaved = status.and(enable).shl(savedShift);
        const newPrevious = h.get("privilege").extendU().shl(shift);
        h.set("mstatus", kept.or(newSaved).or(newPrevious));
        h.set("privilege", level);
        const vector = f.let(h.get(tvec));
        const offset = select(
          vector.wrap().and(1).and(isInterrupt),
          code.extendU().shl(2),
          i64.const(0),
        );
        h.set("pc", vector.and(-4).add(offset));
      };
      f.if(
        toSupervisor,
        () => enterLevel("supervisor"),
        () => enterLevel("machine"),
      );
      f.do(context.select.call(hart));
    },
  );

  const raise = module.function(["i32", "i32", "i64"], undefined, (f, hart, cause, trapValue) => {
    const h = new HartFields(f, hart);
    h.set("faulted", 1);
    h.set("exceptions", h.get("exceptions").add(1));
    h.count("exception");
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

  const returnFrom = (name: "machine" | "supervisor") =>
    module.function(["i32"], undefined, (f, hart) => {
      const { previous, shift, enable, saved } = levels[name];
      const h = new HartFields(f, hart);
      const status = f.let(h.get("mstatus"));
      const privilege = f.let(status.and(previous).shrU(shift).wrap());
      const kept = status.and(~(previous | enable));
      const restored = status.and(saved).shrU(savedShift);
      const next = f.let(kept.or(restored).or(saved));
      f.if(privilege.ne(machine), () => next.set(next.and(~mstatus.mprv)));
      h.set("mstatus", next);
      h.set("privilege", privilege);
      h.set("pc", h.get(name === "machine" ? "mepc" : "sepc"));
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

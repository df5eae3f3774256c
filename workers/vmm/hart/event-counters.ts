/**
 * The event counters `mhpmcounter3` on (Sscofpmf), inside generated code.
 *
 * They count the hart's steps (as `cycle` does) or those that retired (as `instret` does), and cost
 * an instruction nothing: a counter that runs is kept as its distance from that count, one that
 * stands as its value. Whoever changes what decides which of them run, or a counter's value, calls
 * `settle` before and `resume` behind it. A change of privilege is followed by `switchMode`.
 *
 * Overflow is found by `settle`; the monitor lets no budget go beyond it (`stepsUntilOverflow`). A
 * counter is *armed* when its top bit is set as it begins to run: one that is not would take 2^63
 * steps to get there.
 */
import type { Callee, ModuleBuilder } from "../base/wasm/module-builder.ts";
import { type I32, type I64, i32, i64, select } from "../base/wasm/value.ts";
import { eventCounters, firstEventCounter, HartFields, hartFields } from "../isa/hart-layout.ts";
import { interrupt, machine, supervisor } from "./privilege.ts";

/** `mhpmevent`: what is counted, and the flags on top of it. */
export const counterEvent = {
  /** Numbers are those of the SBI's hardware events, as in QEMU. */
  cycles: 1n,
  instructions: 2n,
  selector: (1n << 58n) - 1n,
  /** Set by an overflow; while it is set, no further one is reported. */
  overflow: 1n << 63n,
  notInMachine: 1n << 62n,
  notInSupervisor: 1n << 61n,
  notInUser: 1n << 60n,
} as const;

const modeFilters =
  counterEvent.notInMachine | counterEvent.notInSupervisor | counterEvent.notInUser;

export interface EventCounterFunctions {
  /** (hart): all counters stand and hold their values; overflows are reported. */
  readonly settle: Callee<readonly ["i32"], undefined>;
  /** (hart): those that now may run do so from behind the present instruction on. */
  readonly resume: Callee<readonly ["i32"], undefined>;
  /** (hart): the privilege may have changed, and some counter looks at it. */
  readonly switchMode: Callee<readonly ["i32"], undefined>;
  /** (hart): reports overflows; which counters run stays as it is. */
  readonly update: Callee<readonly ["i32"], undefined>;
  /** (hart): tells the monitor when to look for overflows. */
  readonly changed: Callee<readonly ["i32"], undefined>;
}

/** What the present instruction leaves behind of its kind, itself included. */
export function countOf(h: HartFields, event: I64): I64 {
  const steps = h.get("stepsEnd").sub(h.get("budget").extendU());
  const retires = event.and(counterEvent.selector).eq(counterEvent.instructions);
  return steps.sub(select(retires, h.get("exceptions"), i64.const(0)));
}

export function buildEventCounters(
  module: ModuleBuilder,
  changed: Callee<readonly ["i32"], undefined>,
): EventCounterFunctions {
  const settle = module.function(["i32"], undefined, (f, hart) => {
    const h = new HartFields(f, hart);
    const left = f.let(h.get("countersRunning"));
    f.if(left.eqz(), () => f.return());
    const armed = f.let(h.get("countersArmed"));
    f.loop((again) => {
      const index = f.let(left.ctz());
      const slot = f.let(hart.add(index.shl(3)));
      const event = f.let(i64.load(slot, hartFields.mhpmevent3.offset));
      const counted = i64.load(slot, hartFields.mhpmcounter3.offset).add(countOf(h, event));
      const value = f.let(counted);
      f.store(slot, hartFields.mhpmcounter3.offset, value);
      const hasWrapped = armed.shrU(index).and(1).and(value.geS(0));
      f.if(hasWrapped.and(event.geS(0)), () => {
        f.store(slot, hartFields.mhpmevent3.offset, event.or(counterEvent.overflow));
        h.set("mip", h.get("mip").or(1n << BigInt(interrupt.counterOverflow)));
      });
      left.set(left.and(left.sub(1)));
      f.branchIf(left, again);
    });
    h.set("countersRunning", 0);
    h.set("countersArmed", 0);
  });

  const resume = module.function(["i32"], undefined, (f, hart) => {
    const h = new HartFields(f, hart);
    const running = f.local("i32");
    const armed = f.local("i32");
    const filters = f.local("i64");
    const index = f.local("i32");
    const own = f.let(filterOf(h));
    const inhibited = f.let(h.get("mcountinhibit").shrU(firstEventCounter).wrap());
    running.set(0);
    armed.set(0);
    filters.set(0);
    index.set(0);
    f.loop((again) => {
      const slot = f.let(hart.add(index.shl(3)));
      const event = f.let(i64.load(slot, hartFields.mhpmevent3.offset));
      const isOff = event.and(counterEvent.selector).eqz();
      f.if(isOff.or(inhibited.shrU(index).and(1)).eqz(), () => {
        filters.set(filters.or(event.and(modeFilters)));
        f.if(event.and(own).eqz(), () => {
          const value = f.let(i64.load(slot, hartFields.mhpmcounter3.offset));
          const bit = f.let(i32.const(1).shl(index));
          running.set(running.or(bit));
          f.if(value.ltS(0).and(event.geS(0)), () => armed.set(armed.or(bit)));
          f.store(slot, hartFields.mhpmcounter3.offset, value.sub(countOf(h, event)));
        });
      });
      index.set(index.add(1));
      f.branchIf(index.ltU(eventCounters), again);
    });
    h.set("countersRunning", running);
    h.set("countersArmed", armed);
    h.set("countersFiltered", filters.ne(0));
  });

  const update = module.function(["i32"], undefined, (f, hart) => {
    f.do(settle.call(hart));
    f.do(resume.call(hart));
  });

  const switchMode = module.function(["i32"], undefined, (f, hart) => {
    const h = new HartFields(f, hart);
    const before = f.let(h.get("countersRunning"));
    f.do(update.call(hart));
    f.if(h.get("countersRunning").ne(before), () => f.do(changed.call(hart)));
  });

  return { settle, resume, switchMode, update, changed };
}

/** The flag that stops a counter in the present mode. */
function filterOf(h: HartFields): I64 {
  const privilege: I32 = h.get("privilege");
  const below = select(
    privilege.eq(supervisor),
    i64.const(counterEvent.notInSupervisor),
    i64.const(counterEvent.notInUser),
  );
  return select(privilege.eq(machine), i64.const(counterEvent.notInMachine), below);
}

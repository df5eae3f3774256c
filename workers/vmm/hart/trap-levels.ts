/**
 * What entering a trap and returning from one do to the CSRs of a privilege level (privileged
 * manual, 3.1.6 and 3.3.2), as code that can be put in line. Whoever emits it sets `pc` and has the
 * TLB tables chosen anew.
 */
import type { FunctionBuilder } from "../base/wasm/function-builder.ts";
import { type I32, type I64, i64, select } from "../base/wasm/value.ts";
import type { HartFields } from "../isa/hart-layout.ts";
import { machine, mstatus, supervisor } from "./privilege.ts";

const levels = {
  machine: {
    previous: mstatus.mpp,
    shift: 11,
    enable: mstatus.mie,
    saved: mstatus.mpie,
    level: machine,
    fields: { epc: "mepc", cause: "mcause", value: "mtval", vector: "mtvec" },
  },
  supervisor: {
    previous: mstatus.spp,
    shift: 8,
    enable: mstatus.sie,
    saved: mstatus.spie,
    level: supervisor,
    fields: { epc: "sepc", cause: "scause", value: "stval", vector: "stvec" },
  },
} as const;
/** SPIE is SIE moved up by four, and MPIE is MIE moved up by four. */
const savedShift = 4;

export type TrapLevel = keyof typeof levels;

export interface TrapCause {
  readonly code: I32;
  readonly isInterrupt: I32;
  readonly trapValue: I64;
  /** Address of the instruction that trapped. */
  readonly pc: I64;
}

export const trapLevels = {
  /** @returns where the handler begins */
  enter(f: FunctionBuilder, h: HartFields, name: TrapLevel, trap: TrapCause): I64 {
    const { previous, shift, enable, saved, level, fields } = levels[name];
    const { code, isInterrupt } = trap;
    h.set("reservedAddress", i64.const(-1));
    h.set(fields.epc, trap.pc);
    h.set(fields.cause, code.extendU().or(isInterrupt.extendU().shl(63)));
    h.set(fields.value, trap.trapValue);
    const status = f.let(h.get("mstatus"));
    const kept = status.and(~(previous | enable | saved));
    const newSaved = status.and(enable).shl(savedShift);
    const newPrevious = h.get("privilege").extendU().shl(shift);
    h.set("mstatus", kept.or(newSaved).or(newPrevious));
    h.set("privilege", level);
    const vector = f.let(h.get(fields.vector));
    const isVectored = vector.wrap().and(1).and(isInterrupt);
    return vector.and(-4).add(select(isVectored, code.extendU().shl(2), i64.const(0)));
  },

  /** @returns where execution goes on */
  leave(f: FunctionBuilder, h: HartFields, name: TrapLevel): I64 {
    const { previous, shift, enable, saved, fields } = levels[name];
    const status = f.let(h.get("mstatus"));
    const privilege = f.let(status.and(previous).shrU(shift).wrap());
    const kept = status.and(~(previous | enable));
    const restored = status.and(saved).shrU(savedShift);
    const next = f.let(kept.or(restored).or(saved));
    f.if(privilege.ne(machine), () => next.set(next.and(~mstatus.mprv)));
    h.set("mstatus", next);
    h.set("privilege", privilege);
    return h.get(fields.epc);
  },
} as const;

/**
 * The CSRs whose accesses are inlined: those of a supervisor's trap handler, `sstatus`, the
 * counters that tell time, and those of floating point. An access of these is no exit, in whichever
 * way it is executed; what is rare about one is left to `step` all the same.
 *
 * Where the number is a constant, only its own code is emitted. The interpreter's loop, where it is
 * not, knows `frequent` ones only.
 */
import type { FunctionBuilder } from "../../base/wasm/function-builder.ts";
import { type I32, type I64, i32, i64, type Value } from "../../base/wasm/value.ts";
import { HartFields, hartFields } from "../../isa/hart-layout.ts";
import type { CsrContext, CsrRow } from "../csr-row.ts";
import { csrTable } from "../csr-table.ts";
import { mstatus, supervisorStatus, user } from "../privilege.ts";
import type { InlineState } from "./inline-state.ts";

export type CsrUpdate = "write" | "set" | "clear";

interface CsrUse {
  readonly number: I32;
  readonly update: CsrUpdate;
  readonly operand: I64;
  /** 0 where the register is only read. */
  readonly write: I32;
  /** Address of the instruction behind. */
  readonly next: I64;
}

/** Numbers 0x140 to 0x143, whose fields lie in this order. */
const handlerFields = ["sscratch", "sepc", "scause", "stval"] as const;
handlerFields.forEach((name, i) => {
  if (hartFields[name].offset !== hartFields.sscratch.offset + 8 * i) {
    throw new Error("the fields of the trap handler's CSRs must lie in the order of their numbers");
  }
});

interface InlinedCsrs {
  readonly first: number;
  readonly count: number;
  readonly isPrivileged: boolean;
  /** Whether the interpreter's loop knows them, too. */
  readonly isFrequent: boolean;
  readonly access: (state: InlineState, use: CsrUse, writeRd: (old: I64) => void) => void;
}

const inlined: readonly InlinedCsrs[] = [
  {
    ...{ first: 0x140, count: handlerFields.length, isPrivileged: true, isFrequent: true },
    access: accessHandlers,
  },
  { first: 0x100, count: 1, isPrivileged: true, isFrequent: true, access: accessStatus },
  // cycle, time, instret; of these, clocks are read through time.
  { first: 0xc01, count: 1, isPrivileged: false, isFrequent: true, access: readByRow },
  { first: 0xc00, count: 3, isPrivileged: false, isFrequent: false, access: readByRow },
  // fflags, frm, fcsr
  { first: 0x001, count: 3, isPrivileged: false, isFrequent: false, access: accessFloat },
];

/** Whether an access to a CSR is inlined, and so is no exit. */
export function isInlinedCsr(hart: I32, number: I32): I32 {
  const isAmong = (those: readonly InlinedCsrs[]) =>
    those.map((own) => covers(own, number)).reduce((all, one) => all.or(one));
  const plain = isAmong(inlined.filter(({ isPrivileged }) => !isPrivileged));
  const privileged = isAmong(inlined.filter(({ isPrivileged }) => isPrivileged));
  const isInlined = plain.or(privileged.and(isPrivilegedMode(hart)));
  return isInlined.and(i32.load(hart, hartFields.inlinesPrivileged.offset));
}

/** @param writeRd is given what the register held, after the write */
export function accessInlineCsr(
  state: InlineState,
  use: CsrUse,
  writeRd: (old: I64) => void,
): void {
  const { f, hart } = state;
  const { number } = use;
  const emit = (own: InlinedCsrs) => {
    if (own.isPrivileged) state.leaveUnless(isPrivilegedMode(hart));
    state.leaveUnless(i32.load(hart, hartFields.inlinesPrivileged.offset));
    own.access(state, use, writeRd);
  };
  if (number.constant !== undefined) {
    const own = inlined.find((each) => covers(each, number).constant === 1n);
    if (own) emit(own);
    else state.leave();
    return;
  }
  const frequent = inlined.filter(({ isFrequent }) => isFrequent);
  f.block((done) => {
    for (const own of frequent) {
      f.if(covers(own, number), () => {
        emit(own);
        f.branch(done);
      });
    }
    state.leave();
  });
}

function covers({ first, count }: InlinedCsrs, number: I32): I32 {
  return count === 1 ? number.eq(first) : number.sub(first).ltU(count);
}

function isPrivilegedMode(hart: I32): I32 {
  return i32.load(hart, hartFields.privilege.offset).ne(user);
}

/** What a register holds after an update. */
function updated(update: CsrUpdate, old: I64, operand: I64): I64 {
  return { write: operand, set: old.or(operand), clear: old.and(operand.not()) }[update];
}

function accessHandlers(
  { f, hart }: InlineState,
  { number, update, operand, write }: CsrUse,
  writeRd: (old: I64) => void,
): void {
  const index = f.bind(number.sub(0x140));
  const field = f.let(hart.add(index.shl(3)));
  const old = f.let(i64.load(field, hartFields.sscratch.offset));
  f.if(write, () => {
    // Bit 0 of sepc is always 0.
    const mask = index.eq(1).extendU().not();
    f.store(field, hartFields.sscratch.offset, updated(update, old, operand).and(mask));
  });
  writeRd(old);
}

/** `step` does what may let an interrupt in, and what flushes. */
function accessStatus(
  state: InlineState,
  { update, operand: source, write, next }: CsrUse,
  writeRd: (old: I64) => void,
): void {
  const { f, hart } = state;
  const h = new HartFields(f, hart);
  const operand = f.bind(source);
  const old = f.let(rowOf(0x100).read({ f, h }));
  f.if(write, () => {
    const before = f.let(h.get("mstatus"));
    const written = updated(update, before, operand).and(supervisorStatus);
    const after = f.let(before.and(~supervisorStatus).or(written));
    const changed = f.let(before.xor(after));
    const isConstant = update !== "write" && operand.constant !== undefined;
    const mayChange = (bits: bigint) => !isConstant || ((operand.constant ?? 0n) & bits) !== 0n;
    if (mayChange(mstatus.sie) && update !== "clear") {
      const isPending = h.get("mip").and(h.get("mie")).ne(0);
      state.leaveUnless(after.and(mstatus.sie).ne(0).and(isPending).eqz());
    }
    if (mayChange(mstatus.mxr)) state.leaveUnless(changed.and(mstatus.mxr).eqz());
    h.set("mstatus", after);
    if (mayChange(mstatus.fs)) f.if(changed.and(mstatus.fs).ne(0), () => state.float.refresh());
    if (!mayChange(mstatus.sum)) return;
    f.if(changed.and(mstatus.sum).ne(0), () => {
      writeRd(old);
      state.goBehind(next);
    });
  });
  writeRd(old);
}

function readByRow(
  state: InlineState,
  { number, write }: CsrUse,
  writeRd: (old: I64) => void,
): void {
  state.leaveUnless(write.eqz());
  const { f, hart } = state;
  const reader = { f, h: new FieldsWithin(f, hart, state.budget()) };
  const row = rowOf(Number(number.constant ?? 0xc01));
  if (row.guard) state.leaveUnless(row.guard(reader));
  writeRd(row.read(reader));
}

function accessFloat(
  state: InlineState,
  { number, update, operand: source, write }: CsrUse,
  writeRd: (old: I64) => void,
): void {
  const { f, hart } = state;
  const row = rowOf(Number(number.constant));
  const none = () => {
    throw new Error("the registers of floating point change nothing else");
  };
  const context: CsrContext = {
    ...{ f, h: new HartFields(f, hart) },
    ...{ selectContext: none, flush: none, switchSpace: none },
    ...{ timerChanged: none, changeCounters: none },
  };
  if (row.guard) state.leaveUnless(row.guard(context));
  const operand = f.bind(source);
  const old = f.let(row.read(context));
  f.if(write, () => {
    row.write?.(context, f.let(updated(update, old, operand)));
    state.float.refresh();
  });
  writeRd(old);
}

/** A hart's fields in code that keeps the budget elsewhere. */
class FieldsWithin extends HartFields {
  readonly #budget: I32;

  constructor(f: FunctionBuilder, hart: I32, budget: I32) {
    super(f, hart);
    this.#budget = budget;
  }

  override get<N extends keyof typeof hartFields>(name: N): Value<(typeof hartFields)[N]["type"]> {
    const own = name === "budget" ? this.#budget : super.get(name);
    return own as Value<(typeof hartFields)[N]["type"]>;
  }
}

function rowOf(number: number): CsrRow {
  const row = csrTable.find((each) => each.number === number);
  if (!row) throw new Error(`there is no CSR ${number}`);
  return row;
}

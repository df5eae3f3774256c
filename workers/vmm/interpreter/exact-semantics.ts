/**
 * The exact way to execute a row: what `step` inlines. Calls are allowed, every trap is taken, and
 * all that the fast way leaves over is done here.
 */
import type { Local } from "../base/wasm/function-builder.ts";
import { type I32, type I64, i32, i64 } from "../base/wasm/value.ts";
import { isEnabled } from "../hart/cache-block.ts";
import { csrUpdate } from "../hart/csr-access.ts";
import { csrCountersOffset } from "../hart/hart.ts";
import { isInlinedCsr } from "../hart/inline/inline-csrs.ts";
import { loadWidth } from "../hart/inline/load-width.ts";
import { RowSemantics } from "../hart/inline/row-semantics.ts";
import { environment, exception, machine, mstatus, supervisor, user } from "../hart/privilege.ts";
import { stopCodes } from "../hart/stop-codes.ts";
import { HartFields, integerRegistersOffset } from "../isa/hart-layout.ts";
import type { InstructionRow } from "../isa/row.ts";
import type { Extension, FloatSemantics, Semantics, Width } from "../isa/semantics.ts";
import { ExactFloat } from "./exact-float.ts";
import { RecordOperands } from "./operands.ts";
import { isPcRelative, recordScale } from "./record.ts";
import type { StepState } from "./step-state.ts";

export class ExactSemantics extends RowSemantics<RecordOperands> implements Semantics {
  readonly float: FloatSemantics;
  readonly #state: StepState;
  readonly #h: HartFields;
  readonly #row: InstructionRow;

  constructor(state: StepState, row: InstructionRow) {
    super(state.f, new RecordOperands(state.f, state.hart, state.record, row));
    this.#state = state;
    this.#row = row;
    this.#h = new HartFields(state.f, state.hart);
    this.float = new ExactFloat(state, this.operands, this);
  }

  get imm(): I64 {
    const { imm } = this.operands;
    return isPcRelative(this.#row) ? imm.shrS(Math.log2(recordScale)) : imm;
  }
  get pc(): I64 {
    return this.#state.pc;
  }
  get next(): I64 {
    return this.#state.next;
  }

  jump(): void {
    this.#state.next.set(this.pc.add(this.imm));
  }
  jumpTo(target: I64): void {
    this.#state.next.set(target.and(-2));
  }

  load(address: I64, width: Width, extension: Extension): I64 {
    const { hart, functions } = this.#state;
    const value = this.f.let(functions.memory.load.call(hart, address, width));
    this.#leaveIfFaulted();
    if (extension === "unsigned" || width === 8) return value;
    const unused = 64 - 8 * width;
    return value.shl(unused).shrS(unused);
  }

  store(address: I64, value: I64, width: Width): void {
    const { hart, functions } = this.#state;
    this.f.do(functions.memory.store.call(hart, address, width, value));
    this.#leaveIfFaulted();
  }

  atomic(address: I64, width: 4 | 8, update: (old: I64, operand: I64) => I64): void {
    const target = this.#atomicTarget(address, width);
    const old = this.f.let(loadWidth(target, width, "signed"));
    this.#storeTo(target, update(old, this.rs2), width);
    this.writeRd(old);
  }

  loadReserved(address: I64, width: 4 | 8): void {
    const at = this.f.let(address);
    this.f.if(at.and(width - 1).ne(0), () => this.raise(exception.loadMisaligned, at));
    const { hart, functions } = this.#state;
    const loaded = this.f.let(functions.memory.loadReserved.call(hart, at, width));
    this.#leaveIfFaulted();
    const value = this.f.let(width === 4 ? loaded.extend32S() : loaded);
    this.#h.set("reservedAddress", at);
    this.#h.set("reservedValue", value);
    this.writeRd(value);
  }

  storeConditional(address: I64, value: I64, width: 4 | 8): void {
    const { f } = this.#state;
    const at = f.let(address);
    const target = this.#atomicTarget(at, width);
    const unchanged = loadWidth(target, width, "signed").eq(this.#h.get("reservedValue"));
    const succeeds = f.let(this.#h.get("reservedAddress").eq(at).and(unchanged));
    f.if(succeeds, () => this.#storeTo(target, value, width));
    this.#h.set("reservedAddress", i64.const(-1));
    this.writeRd(succeeds.eqz().extendU());
  }

  compareAndSwap(address: I64, width: 4 | 8 | 16): void {
    if (width === 16) {
      this.#compareAndSwapPairs(this.f.let(address));
      return;
    }
    const target = this.#atomicTarget(address, width);
    const old = this.f.let(loadWidth(target, width, "signed"));
    const { oldRd } = this.operands;
    const isSame = old.eq(width === 4 ? oldRd.extend32S() : oldRd);
    this.f.if(isSame, () => this.#storeTo(target, this.rs2, width));
    this.writeRd(old);
  }

  manageCacheBlock(address: I64, operation: "invalidate" | "clean" | "flush"): void {
    const { f, hart, functions } = this.#state;
    this.#needEnabled(operation === "invalidate" ? environment.cbie : environment.cbcfe);
    f.do(functions.cacheBlocks.manage.call(hart, address));
    this.#leaveIfFaulted();
  }

  zeroCacheBlock(address: I64): void {
    const { f, hart, functions } = this.#state;
    this.#needEnabled(environment.cbze);
    f.do(functions.cacheBlocks.zero.call(hart, address));
    this.#leaveIfFaulted();
  }

  raise(cause: number | I32, trapValue: I64): void {
    const { hart, functions, trapped } = this.#state;
    this.f.do(functions.traps.raise.call(hart, cause, trapValue));
    this.f.branch(trapped);
  }

  illegal(): void {
    const { hart, functions } = this.#state;
    const bits = functions.instructionBits.call(hart).extendU();
    this.raise(exception.illegalInstruction, bits);
  }

  accessCsr(update: "write" | "set" | "clear", operand: I64, read: I32, write: I32): void {
    const { f, hart, functions } = this.#state;
    f.if(isInlinedCsr(hart, this.csrNumber).eqz(), () => {
      this.#h.count("csr");
      const counter = f.let(hart.add(this.csrNumber.shl(2)));
      f.store(counter, csrCountersOffset, i32.load(counter, csrCountersOffset).add(1));
      this.#h.set("csrOfExit", this.csrNumber);
    });
    const { access, refused } = functions.csr;
    const old = f.let(access.call(hart, this.csrNumber, csrUpdate[update], operand, read, write));
    f.if(refused.get(), () => this.illegal());
    this.writeRd(old);
  }

  environmentCall(): void {
    const { f, hart, functions, trapped } = this.#state;
    const privilege = f.let(this.#h.get("privilege"));
    f.if(
      privilege.eq(supervisor).and(this.#h.get("hypercalls")),
      () => {
        this.#h.count("hypercall");
        f.do(functions.hypercall.call(hart));
      },
      () => {
        f.do(functions.traps.raise.call(hart, privilege.add(exception.callFromUser), i64.const(0)));
        f.branch(trapped);
      },
    );
  }

  breakpoint(): void {
    this.raise(exception.breakpoint, this.pc);
  }

  trapReturn(from: "machine" | "supervisor"): void {
    const { f, hart, next, functions } = this.#state;
    const h = this.#h;
    this.#h.count("privileged");
    const privilege = f.let(h.get("privilege"));
    if (from === "machine") {
      f.if(privilege.ne(machine), () => this.illegal());
      f.do(functions.traps.returnFromMachine.call(hart));
    } else {
      f.if(privilege.eq(user), () => this.illegal());
      this.#illegalInSupervisorWith(mstatus.tsr);
      f.do(functions.traps.returnFromSupervisor.call(hart));
    }
    next.set(h.get("pc"));
  }

  waitForInterrupt(): void {
    const { f } = this.#state;
    const h = this.#h;
    f.if(h.get("privilege").eq(user), () => this.illegal());
    this.#illegalInSupervisorWith(mstatus.tw);
    f.if(h.get("mip").and(h.get("mie")).eqz(), () => {
      h.count("wfi");
      h.set("stopRequest", stopCodes.idle);
    });
  }

  fenceInstructions(): void {}

  endTurn(): void {
    const h = this.#h;
    this.f.if(h.get("takesTurns"), () => h.set("stopRequest", stopCodes.turn));
  }

  needSupervisor(): void {
    this.f.if(this.#h.get("privilege").eq(user), () => this.illegal());
  }

  fenceAddressTranslation(): void {
    const { f, hart, functions } = this.#state;
    this.needSupervisor();
    this.#illegalInSupervisorWith(mstatus.tvm);
    this.#h.count("mmu.flush");
    const { flush, flushPage, flushSpace, flushSpacePage } = functions.context;
    const either = (hasAddress: () => void, hasNone: () => void) =>
      f.if(this.rs1Number, hasAddress, hasNone);
    f.if(
      this.operands.rs2Number,
      () =>
        either(
          () => f.do(flushSpacePage.call(hart, this.rs2, this.rs1)),
          () => f.do(flushSpace.call(hart, this.rs2)),
        ),
      () =>
        either(
          () => f.do(flushPage.call(hart, this.rs1)),
          () => f.do(flush.call(hart)),
        ),
    );
  }

  #illegalInSupervisorWith(bit: bigint): void {
    const inSupervisor = this.#h.get("privilege").eq(supervisor);
    this.f.if(inSupervisor.and(this.#h.get("mstatus").and(bit).ne(0)), () => this.illegal());
  }

  #compareAndSwapPairs(at: I64): void {
    const { f } = this.#state;
    f.if(at.and(15).ne(0), () => this.raise(exception.storeMisaligned, at));
    const target = this.#atomicTarget(at, 8);
    this.#atomicTarget(at.add(8), 8);
    const [low, high] = [f.let(i64.load(target)), f.let(i64.load(target, 8))];
    const { oldRd, oldRdNext, rs2Next, rdNumber, rdSlot } = this.operands;
    f.if(low.eq(oldRd).and(high.eq(oldRdNext)), () => {
      f.store(target, 0, this.rs2);
      f.store(target, 8, rs2Next);
    });
    this.writeRd(low);
    f.if(rdNumber, () => f.store(rdSlot, integerRegistersOffset + 8, high));
  }

  #needEnabled(field: bigint): void {
    this.f.if(isEnabled(this.#h, field).eqz(), () => this.illegal());
  }

  #atomicTarget(address: I64, width: 4 | 8): Local<"i32"> {
    const { f, hart, functions } = this.#state;
    const target = f.let(functions.memory.atomic.call(hart, address, width));
    this.#leaveIfFaulted();
    return target;
  }

  #storeTo(target: I32, value: I64, width: 4 | 8): void {
    if (width === 8) this.f.store(target, 0, value);
    else this.f.storeNarrow(target, 0, value, 4);
  }

  #leaveIfFaulted(): void {
    this.f.branchIf(this.#h.get("faulted"), this.#state.trapped);
  }
}

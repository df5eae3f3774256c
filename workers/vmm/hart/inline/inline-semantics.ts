/**
 * The way to execute a row that both engines inline: everything that needs no call. Whatever is
 * rare or has rules of its own leaves the instruction, before any effect, to `step`.
 */
import { type I32, type I64, i32, i64 } from "../../base/wasm/value.ts";
import { HartFields, hartFields } from "../../isa/hart-layout.ts";
import type { Extension, FloatSemantics, Semantics, Width } from "../../isa/semantics.ts";
import { addend, entryAddress, hits, writeTableOffset } from "../../mmu/tlb.ts";
import { cacheBlockBytes, isEnabled } from "../cache-block.ts";
import { environment } from "../privilege.ts";
import { accessInlineCsr, type CsrUpdate } from "./inline-csrs.ts";
import { InlineFloat } from "./inline-float.ts";
import type { InlineOperands } from "./inline-operands.ts";
import type { InlineState } from "./inline-state.ts";
import { inlineCall, inlineReturn } from "./inline-traps.ts";
import { loadWidth } from "./load-width.ts";
import { RowSemantics } from "./row-semantics.ts";

export abstract class InlineSemantics extends RowSemantics<InlineOperands> implements Semantics {
  readonly #state: InlineState;

  constructor(state: InlineState, operands: InlineOperands) {
    super(state.f, operands);
    this.#state = state;
  }

  get float(): FloatSemantics {
    return new InlineFloat(this.#state, this.operands, this);
  }

  abstract get pc(): I64;
  abstract get next(): I64;
  abstract jumpTo(target: I64): void;

  get imm(): I64 {
    return this.operands.imm;
  }

  load(address: I64, width: Width, extension: Extension): I64 {
    return loadWidth(this.#inMemory("load", this.f.let(address), width), width, extension);
  }

  store(address: I64, value: I64, width: Width): void {
    const target = this.#writable(address, width, "any");
    if (width === 8) this.f.store(target, 0, value);
    else this.f.storeNarrow(target, 0, value, width);
  }

  atomic(address: I64, width: 4 | 8, update: (old: I64, operand: I64) => I64): void {
    const target = this.f.let(this.#writable(address, width, "natural"));
    const old = this.f.let(loadWidth(target, width, "signed"));
    const result = update(old, this.rs2);
    if (width === 8) this.f.store(target, 0, result);
    else this.f.storeNarrow(target, 0, result, 4);
    this.writeRd(old);
  }

  loadReserved(address: I64, width: 4 | 8): void {
    const { f, hart } = this.#state;
    const at = f.let(address);
    this.#leaveUnless(at.and(width - 1).eqz());
    const value = f.let(this.load(at, width, "signed"));
    f.store(hart, hartFields.reservedAddress.offset, at);
    f.store(hart, hartFields.reservedValue.offset, value);
    this.writeRd(value);
  }

  storeConditional(address: I64, value: I64, width: 4 | 8): void {
    const { f, hart } = this.#state;
    const at = f.let(address);
    const target = f.let(this.#writable(at, width, "natural"));
    const reserved = i64.load(hart, hartFields.reservedAddress.offset).eq(at);
    const unchanged = loadWidth(target, width, "signed").eq(
      i64.load(hart, hartFields.reservedValue.offset),
    );
    const succeeds = f.let(reserved.and(unchanged));
    f.if(succeeds, () => {
      if (width === 8) f.store(target, 0, value);
      else f.storeNarrow(target, 0, value, 4);
    });
    f.store(hart, hartFields.reservedAddress.offset, i64.const(-1));
    this.writeRd(succeeds.eqz().extendU());
  }

  compareAndSwap(address: I64, width: 4 | 8 | 16): void {
    if (width === 16) {
      this.#leave();
      return;
    }
    const { f } = this.#state;
    const target = f.let(this.#writable(address, width, "natural"));
    const old = f.let(loadWidth(target, width, "signed"));
    const { oldRd } = this.operands;
    f.if(old.eq(width === 4 ? oldRd.extend32S() : oldRd), () => {
      if (width === 8) f.store(target, 0, this.rs2);
      else f.storeNarrow(target, 0, this.rs2, 4);
    });
    this.writeRd(old);
  }

  manageCacheBlock(): void {
    this.#leave();
  }
  zeroCacheBlock(address: I64): void {
    const { f, hart } = this.#state;
    this.#leaveUnless(isEnabled(new HartFields(f, hart), environment.cbze));
    const block = f.let(this.#writable(address, 1, "natural").and(-cacheBlockBytes));
    for (let offset = 0; offset < cacheBlockBytes; offset += 8) {
      f.store(block, offset, i64.const(0));
    }
  }

  raise(): void {
    this.#leave();
  }
  illegal(): void {
    this.#leave();
  }
  accessCsr(update: CsrUpdate, operand: I64, _read: I32, write: I32): void {
    const access = { number: this.csrNumber, update, operand, write, next: this.next };
    accessInlineCsr(this.#state, access, (old) => this.writeRd(old));
  }
  environmentCall(): void {
    inlineCall(this.#state, this.pc);
  }
  breakpoint(): void {
    this.#leave();
  }
  trapReturn(from: "machine" | "supervisor"): void {
    if (from === "machine") this.#leave();
    else inlineReturn(this.#state);
  }
  waitForInterrupt(): void {
    this.#leave();
  }
  fenceAddressTranslation(): void {
    this.#leave();
  }
  needSupervisor(): void {
    this.#leave();
  }
  /** Pre-decoded records are dropped by the store that changes them: nothing is left to fence. */
  fenceInstructions(): void {}
  /** Free for a hart that has nobody to wait for. */
  endTurn(): void {
    const { hart } = this.#state;
    this.#leaveUnless(i32.load(hart, hartFields.takesTurns.offset).eqz());
  }

  #writable(address: I64, width: Width, alignment: "natural" | "any"): I32 {
    return this.#inMemory("store", this.#state.f.let(address), width, alignment);
  }

  /** The machine address of a load or store. */
  #inMemory(
    kind: "load" | "store",
    at: I64,
    width: Width,
    alignment: "natural" | "any" = "any",
  ): I32 {
    const { f, dataTlb, generation } = this.#state;
    const table = kind === "load" ? 0 : writeTableOffset;
    const lookUp = () => {
      const entry = f.let(entryAddress(dataTlb, at).add(table));
      if (alignment === "any") this.#leaveUnlessInPage(entry, at, width);
      else this.#leaveUnless(hits(entry, at, width, generation));
      return addend(entry);
    };
    const known = this.#state.knownPage?.(kind);
    if (!known) return at.wrap().add(lookUp());
    f.ifUnlikely(at.and(-4096 | (width - 1)).ne(known.page), () => {
      const found = lookUp();
      known.page.set(at.and(-4096));
      known.addend.set(found);
    });
    return at.wrap().add(known.addend);
  }

  /**
   * A misaligned access that stays in its page needs nothing but the entry. It gets a second look
   * of its own, so that the first one costs an aligned access no addition.
   */
  #leaveUnlessInPage(entry: I32, at: I64, width: Width): void {
    const { f, generation } = this.#state;
    if (width === 1) {
      this.#leaveUnless(hits(entry, at, 1, generation));
      return;
    }
    f.ifUnlikely(hits(entry, at, width, generation).eqz(), () =>
      this.#leaveUnless(hits(entry, at.add(width - 1), 1, generation)),
    );
  }

  #leave(): void {
    this.#state.leave();
  }

  #leaveUnless(condition: I32): void {
    this.#state.leaveUnless(condition);
  }
}

import type { I32, I64 } from "../base/wasm/value.ts";
import { InlineSemantics } from "../hart/inline/inline-semantics.ts";
import type { InlineState } from "../hart/inline/inline-state.ts";
import type { RegionOperands } from "./region-operands.ts";

/** What a region does where an instruction transfers control. */
export interface RegionState extends InlineState {
  /** Addresses of the instruction and of the one behind it. */
  readonly pc: I64;
  readonly next: I64;
  branchIf(condition: I32): void;
  jump(): void;
  /** The address has bit 0 clear. */
  jumpTo(target: I64): void;
}

/** Inlined instructions of a region. */
export class RegionSemantics extends InlineSemantics {
  readonly #region: RegionState;

  constructor(state: RegionState, operands: RegionOperands) {
    super(state, operands);
    this.#region = state;
  }

  get pc(): I64 {
    return this.#region.pc;
  }
  get next(): I64 {
    return this.#region.next;
  }

  override branch(condition: I32): void {
    this.#region.branchIf(condition);
  }
  jump(): void {
    this.#region.jump();
  }
  jumpTo(target: I64): void {
    this.#region.jumpTo(this.f.let(target.and(-2)));
  }
}

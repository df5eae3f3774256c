import type { I32, I64 } from "../base/wasm/value.ts";
import { InlineSemantics } from "../hart/inline/inline-semantics.ts";
import type { InlineState } from "../hart/inline/inline-state.ts";
import type { RegionOperands } from "./region-operands.ts";

/** What a region does where an instruction transfers control. */
export interface RegionState extends InlineState {
  branchIf(condition: I32): void;
  jump(): void;
  /** The address has bit 0 clear. */
  jumpTo(target: I64): void;
}

/** Inlined instructions of a region. */
export class RegionSemantics extends InlineSemantics {
  readonly #region: RegionState;
  readonly pc: I64;
  readonly next: I64;

  constructor(
    state: RegionState,
    operands: RegionOperands,
    place: { readonly pc: I64; readonly next: I64 },
  ) {
    super(state, operands);
    this.#region = state;
    this.pc = place.pc;
    this.next = place.next;
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

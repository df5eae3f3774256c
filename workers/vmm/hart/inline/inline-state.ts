import type { FunctionBuilder, Local } from "../../base/wasm/function-builder.ts";
import type { I32, I64 } from "../../base/wasm/value.ts";
import type { FloatConditions } from "./float-conditions.ts";

/**
 * The page of the last access of some kind, known without a look at the TLB. It stays true as long as
 * the TLB does, which only `step` fills and what goes by `goTo` chooses anew.
 */
export interface KnownPage {
  /** Its address; -1 while there is none. */
  readonly page: Local<"i64">;
  /** From an address in it to the machine address, in 32 bits. */
  readonly addend: Local<"i32">;
}

/** What inlined instructions find around them; constant but for `float`. */
export interface InlineState {
  readonly f: FunctionBuilder;
  readonly hart: I32;
  readonly dataTlb: I32;
  /** What valid TLB entries carry in their tags. */
  readonly generation: I64;
  /** An instruction that writes `mstatus.FS`, `fflags` or `frm` refreshes them. */
  readonly float: FloatConditions;
  /** The page that the instruction's loads, or stores, went to the last time, where that is kept. */
  knownPage?(kind: "load" | "store"): KnownPage | undefined;
  /** Steps of the budget behind the instruction under way. */
  budget(): I32;
  /**
   * Ends the instruction, which changed what decides the translation context: execution goes on at
   * `pc` when the tables have been chosen anew and pending interrupts looked at.
   */
  goTo(pc: I64): void;
  /** The same at the instruction behind this one, by an instruction that does not always do so. */
  goBehind(next: I64): void;
  /** Leaves the instruction under way to `step`. */
  leave(): void;
  leaveUnless(condition: I32): void;
}

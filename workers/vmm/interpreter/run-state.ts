import type { Label, Local } from "../base/wasm/function-builder.ts";
import type { I32 } from "../base/wasm/value.ts";
import type { InlineState } from "../hart/inline/inline-state.ts";

/** The registers of the `run` loop. */
export interface RunState extends InlineState {
  /** Address of the record being executed, and of the first record of its page. */
  readonly record: Local<"i32">;
  readonly page: Local<"i32">;
  /** `pc` minus a quarter of the record's address, constant within a page. */
  readonly bias: Local<"i64">;
  /** Where a jump out of the page goes. */
  readonly pc: Local<"i64">;
  /** Record bytes of this instruction's encoding. */
  readonly length: I32;
  /** Executes the record that `record` points to. */
  readonly dispatch: Label;
  /** Looks `pc` up and goes on there. */
  readonly resolve: Label;
}

import type { FunctionBuilder, Label, Local } from "../base/wasm/function-builder.ts";
import type { I32 } from "../base/wasm/value.ts";

/** The registers of the `run` loop. */
export interface RunState {
  readonly f: FunctionBuilder;
  readonly hart: Local<"i32">;
  /** Address of the record being executed, and of the first record of its page. */
  readonly record: Local<"i32">;
  readonly page: Local<"i32">;
  /** `pc` minus a quarter of the record's address, constant within a page. */
  readonly bias: Local<"i64">;
  /** Where a jump out of the page goes. */
  readonly pc: Local<"i64">;
  /** Record bytes of this instruction's encoding. */
  readonly length: I32;
  readonly dataTlb: Local<"i32">;
  /** What valid TLB entries carry in their tags. */
  readonly generation: Local<"i64">;
  /** 1 where `mstatus.FS` is dirty, so that float registers may be written. */
  readonly floatOn: Local<"i32">;
  /** 1 where rounding is to nearest even and the inexact flag is set already. */
  readonly floatFast: Local<"i32">;
  /** Leaves the instruction to `step`. */
  readonly leave: Label;
  /** Executes the record that `record` points to. */
  readonly dispatch: Label;
  /** Looks `pc` up and goes on there. */
  readonly resolve: Label;
}

import type { FunctionBuilder, Label, Local } from "../base/wasm/function-builder.ts";
import type { Callee } from "../base/wasm/module-builder.ts";
import type { CacheBlocks } from "../hart/cache-block.ts";
import type { ContextFunctions } from "../hart/context.ts";
import type { CsrAccess } from "../hart/csr-access.ts";
import type { SoftFloat } from "../hart/float/soft-float.ts";
import type { MemoryAccess } from "../hart/memory-access.ts";
import type { TrapFunctions } from "../hart/trap.ts";

/** What a step may call. */
export interface HartFunctions {
  readonly context: ContextFunctions;
  readonly traps: TrapFunctions;
  readonly memory: MemoryAccess;
  readonly cacheBlocks: CacheBlocks;
  readonly csr: CsrAccess;
  readonly float: SoftFloat;
  /** (hart) → the bits of the instruction at `pc`, for the trap value of an illegal one. */
  readonly instructionBits: Callee<readonly ["i32"], "i32">;
  /** (hart): the monitor's SBI handles the call; a0 and a1 are its results. */
  readonly hypercall: Callee<readonly ["i32"], undefined>;
}

export interface StepState {
  readonly f: FunctionBuilder;
  readonly hart: Local<"i32">;
  readonly record: Local<"i32">;
  readonly pc: Local<"i64">;
  /** Where execution goes on: the next instruction unless the row says otherwise. */
  readonly next: Local<"i64">;
  /** The instruction trapped: `pc` is set already. */
  readonly trapped: Label;
  readonly functions: HartFunctions;
}

/** What a row of the CSR table is made of. */
import type { FunctionBuilder } from "../base/wasm/function-builder.ts";
import { type I32, type I64, i64 } from "../base/wasm/value.ts";
import type { HartFields } from "../isa/hart-layout.ts";

export interface CsrReader {
  readonly f: FunctionBuilder;
  readonly h: HartFields;
}

export interface CsrContext extends CsrReader {
  /** Chooses the TLB tables anew. */
  selectContext(): void;
  /** Drops all cached translations. */
  flush(): void;
  /** Writes `satp`. */
  switchSpace(satp: I64): void;
  /** Something that `SupervisorTimer` follows was written. */
  timerChanged(): void;
  /** Does what changes event counters, or what decides which of them run. */
  changeCounters(change: () => void): void;
}

export interface CsrRow {
  readonly number: number;
  readonly read: (c: CsrReader) => I64;
  /** What `csrrs` and `csrrc` start from, where that is not what they read. */
  readonly base?: (c: CsrContext) => I64;
  /** Absent where writes are ignored (or, in a read-only register, illegal by its number). */
  readonly write?: (c: CsrContext, value: I64) => void;
  /** 1 where the access is allowed. */
  readonly guard?: (c: CsrReader) => I32;
}

type WideField = Parameters<HartFields["get"]>[0];

/** A register that keeps the bits of `mask`. */
export const stored = (number: number, field: WideField, mask = -1n): CsrRow => ({
  number,
  read: ({ h }) => h.get(field) as I64,
  write: ({ h }, value) => h.set(field, value.and(mask)),
});

/** A register that ignores writes. */
export const fixed = (number: number, value: bigint): CsrRow => ({
  number,
  read: () => i64.const(value),
});

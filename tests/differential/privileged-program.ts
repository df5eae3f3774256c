import type { AnyProgram } from "./suite.ts";

export type Mode = "user" | "supervisor" | "machine";

/** A program that runs in any mode with address translation, and what it finds when it starts. */
export interface PrivilegedProgram extends AnyProgram {
  readonly mode: Mode;
  /** Initial x1 to x31. */
  readonly integers: readonly bigint[];
  /** Initial values of CSRs by number, written in this order. */
  readonly csrs: readonly (readonly [number: number, value: bigint])[];
  /** The first words of each page-table page. */
  readonly tables: readonly (readonly bigint[])[];
  /** Starts in the alias that U-mode sees. */
  readonly isTranslated: boolean;
  /** Whether the trap handlers' addresses are vectors. */
  readonly isVectored: { readonly machine: boolean; readonly supervisor: boolean };
}

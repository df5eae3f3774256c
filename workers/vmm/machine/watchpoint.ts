import type { Bytes } from "../base/units.ts";

/** A range of virtual addresses, in whatever address space. */
export interface Watchpoint {
  readonly kind: "load" | "store" | "access";
  readonly address: bigint;
  readonly bytes: Bytes;
}

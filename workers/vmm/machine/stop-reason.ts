import type { Nanoseconds } from "../base/units.ts";
import type { Watchpoint } from "./watchpoint.ts";

/** Why `run` came back. */
export type StopReason =
  /** The guest powered off through the test finisher or SBI; `code` is the process exit status. */
  | { readonly kind: "power-off"; readonly code: number }
  /** The guest asked for a reboot. */
  | { readonly kind: "reboot" }
  /**
   * The instructions given to this call of `run` are used up, or devices have moved so much for the
   * guest that it is time to look after other things; call again to go on.
   */
  | { readonly kind: "budget" }
  /** All harts wait and nothing is scheduled that could wake them but console input or host time. */
  | { readonly kind: "idle"; readonly wakeAt?: Nanoseconds }
  /** A hart stands before an instruction with a breakpoint, or that accesses what is watched. */
  | {
      readonly kind: "debug";
      readonly hart: number;
      readonly watchpoint?: Pick<Watchpoint, "kind" | "address">;
    }
  /**
   * A hart stands before an instruction that needs a page whose content is not here yet. Guest time
   * stands still until `machine.ram.supply` has brought it; call `run` again then.
   */
  | { readonly kind: "absent"; readonly page: number }
  /** `machine.stop()` was called from a console sink or a step; call `run` again to go on. */
  | { readonly kind: "stopped" };

import type { EndRequest } from "../../host/console-terminal.ts";

/** Why the driver of a local machine came back. */
export type Ending =
  | { readonly kind: "power-off"; readonly code: number }
  | { readonly kind: "reboot" }
  /** A monitor asked for it. */
  | { readonly kind: "reset" }
  | { readonly kind: "monitor-quit"; readonly by: "monitor" | "qmp" }
  | { readonly kind: "script-done" }
  | { readonly kind: "instructions-used-up" }
  /** All harts wait, and neither time nor input can wake them. */
  | { readonly kind: "asleep-for-good" }
  /** Every instruction traps, those of the trap handler too. */
  | { readonly kind: "lost" }
  | EndRequest;

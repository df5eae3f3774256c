import type { CodeShare } from "../interpreter/code-cache.ts";
import type { GuestRam } from "../memory/guest-ram.ts";
import type { RamImage } from "../memory/ram-image.ts";
import type { MadeBacking } from "./machine-backing.ts";
import type { MachineHardware } from "./machine-hardware.ts";
import type { MachineState } from "./machine-state.ts";
import type { BootPlan } from "./plan-boot.ts";

/** How a machine comes to be: switched on, as it was saved, or around what was made before. */
export type MachineOrigin =
  | { readonly kind: "boot"; readonly hardware: MachineHardware; readonly plan: BootPlan }
  /** A clone shares the RAM of the machine that it is of. */
  | { readonly kind: "saved"; readonly state: MachineState; readonly ram: RamImage | GuestRam }
  | StagedOrigin;

/** Harts, RAM and code pages are the machine's from now on, whether or not it comes to be. */
export interface StagedOrigin {
  readonly kind: "staged";
  readonly state: MachineState;
  readonly backing: MadeBacking;
  readonly share: CodeShare;
}

export type SavedOrigin = Exclude<MachineOrigin, { readonly kind: "boot" }>;

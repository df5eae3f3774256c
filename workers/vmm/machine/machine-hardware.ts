import type { Bytes, GuestPhysicalAddress } from "../base/units.ts";
import type { HtifPlace } from "./find-htif.ts";
import type { HardwareConfig } from "./hardware-config.ts";

/** What a machine consists of once it is switched on: its images are in its RAM by then. */
export interface MachineHardware extends HardwareConfig {
  /** Whether an S-mode guest runs on the monitor's own SBI. */
  readonly hasSbi: boolean;
  readonly htif?: HtifPlace;
  /** What was placed in memory before the start, for people. */
  readonly images: readonly {
    readonly role: string;
    readonly address: GuestPhysicalAddress;
    readonly bytes: Bytes;
  }[];
}

/**
 * Everything of a machine but what its RAM holds: plain named data, from which the same machine can be
 * made in any monitor. What a guest sees goes on exactly, and exits are counted exactly on.
 *
 * Not in it are the disks' content, consoles and networks, which come as resources again; debuggers;
 * and what was translated, which is found again.
 */
import type { EventQueueState } from "../base/event-queue.ts";
import type { FinisherRequest } from "../devices/test-finisher.ts";
import type { HartState } from "../hart/hart-state.ts";
import type { SavedCode } from "../interpreter/code-cache.ts";
import type { TlbState } from "../mmu/saved-tlb.ts";
import type { ExitPartCounts } from "./exit-parts.ts";
import type { GuestClockState } from "./guest-clock.ts";
import type { HartScheduleState } from "./hart-schedule.ts";
import type { HtifState } from "./htif.ts";
import type { MachineHardware } from "./machine-hardware.ts";
import type { SbiHartStatus } from "./sbi-ports.ts";

export interface MachineState {
  readonly hardware: MachineHardware;
  readonly clock: GuestClockState;
  readonly events: EventQueueState;
  readonly schedule: HartScheduleState;
  readonly harts: readonly HartState[];
  /** Of each hart. */
  readonly tlbs: readonly TlbState[];
  /** The pages that were executed; the boot ROM's is the one behind those of RAM. */
  readonly code: SavedCode;
  /** Of each hart: what hart state management says of it. */
  readonly started: readonly SbiHartStatus[];
  /** By the devices' names. */
  readonly devices: Readonly<Record<string, unknown>>;
  /** What the exits were about; not there in those that were saved before that was counted. */
  readonly parts?: ExitPartCounts;
  readonly htif?: HtifState;
  /** How the guest has ended its machine. */
  readonly ended?: FinisherRequest;
}

import type {
  Machine,
  MachineConfig,
  MachineResources,
  Milliseconds,
  Monitor,
} from "../../vmm/mod.ts";
import type { LedgerClock } from "./run-ledger.ts";
import type { SavedDisk } from "./saved-disk.ts";
import type { TemplateShelf } from "./template-shelf.ts";
import type { RunMessage, RunNumber } from "./thread-protocol.ts";

/** What a guest's driver needs of its thread. */
export interface DriverPorts {
  readonly run: RunNumber;
  /** The thread's templates. */
  readonly shelf: TemplateShelf;
  readonly monitor: {
    createMachine(config: MachineConfig, resources: MachineResources): Machine;
    restoreMachine: Monitor["restoreMachine"];
    stageMachine: Monitor["stageMachine"];
    useKeptCode(code: Uint8Array): void;
    beginKeeping(): void;
    keepCode(): Uint8Array;
    /** Of all guests of the thread. */
    readonly translations?: Monitor["translations"];
    readonly inUse?: Monitor["inUse"];
  };
  openDisk(bytes: Uint8Array): SavedDisk;
  post(message: RunMessage): void;
  /** Gives a guest that waits a turn, so many milliseconds from now or, where it is none, next. */
  wake(after: Milliseconds): void;
  /** Host milliseconds, to keep slices short; no guest ever sees them. */
  now(): Milliseconds;
  /** What exits are timed with; without it nothing is told of where a run's time goes. */
  readonly clock?: LedgerClock;
}

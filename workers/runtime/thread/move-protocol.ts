import type {
  ConvergenceLimits,
  Instructions,
  MigrationMode,
  MigrationStatistics,
  Milliseconds,
  Ownership,
} from "../../vmm/mod.ts";
import type { LineMessage } from "../migration/thread-end.ts";
import type { PackingPort } from "../packing/packing-port.ts";
import type { DriverState } from "./driver-state.ts";

/**
 * What the main thread and a pCPU thread say to each other of a run that moves, besides what travels
 * between them on a `SharedLine`.
 *
 *   leaving    main → thread   depart, then claimed, cancel and knocks
 *              thread → main   line*, standing, claim?, then departed (the run's last message) or stayed
 *   arriving   main → thread   a start with `arrival`, then claimed and knocks
 *              thread → main   line*, claim, arrived, complete; or failed (the run's last message)
 */
export interface MovingOptions {
  /** Of the `SharedLine`. */
  readonly line: SharedArrayBuffer;
  readonly run: string;
  readonly epoch: number;
  /** What the authority knows this side by. */
  readonly owner: string;
  readonly token: string;
  readonly patience: Milliseconds;
}

export interface DepartureOptions extends MovingOptions {
  readonly mode: MigrationMode;
  readonly limits: ConvergenceLimits;
  readonly bytesPerSecond?: number;
  /** Whether the other side can use this build's translations. */
  readonly sendsCode: boolean;
  /** To the thread that makes batches of pages; without it they are made on the guest's own. */
  readonly packing?: PackingPort;
}

export interface ArrivalOptions extends MovingOptions {
  /** Whether the translations that come along are of this build. */
  readonly takesCode: boolean;
}

export type MoveCommand =
  | { readonly type: "depart"; readonly departure: DepartureOptions }
  /** There is something new on the line. */
  | { readonly type: "knock" }
  /** The authority's answer; without one it is asked again. */
  | { readonly type: "claimed"; readonly ownership: Ownership | undefined }
  | { readonly type: "cancel" };

export type MoveMessage =
  | { readonly type: "line"; readonly message: LineMessage }
  | { readonly type: "claim"; readonly epoch: number; readonly owner: string }
  /** The guest stands still, and all that it has said was posted; waits for `HostEnd.tell`. */
  | { readonly type: "standing" }
  /** It runs elsewhere, or nowhere on either side. */
  | {
      readonly type: "departed";
      readonly how: "completed" | "superseded";
      readonly statistics: MigrationStatistics;
      readonly problem: string | undefined;
    }
  /** It goes on here, in this epoch. */
  | {
      readonly type: "stayed";
      readonly epoch: number;
      /** Not there where it did not even begin. */
      readonly statistics?: MigrationStatistics;
      readonly problem: string;
      /** The guest has come to its end: its report follows. */
      readonly isOver?: boolean;
    }
  /** It runs here, in this epoch. What it says from now on comes behind this. */
  | {
      readonly type: "arrived";
      readonly epoch: number;
      readonly driver: DriverState;
      readonly instructions: Instructions;
    }
  /** No page of it is anywhere else. */
  | { readonly type: "complete" }
  /** It did not come here; or, where it is lost, it did in this epoch and cannot go on. */
  | {
      readonly type: "failed";
      readonly isLost: boolean;
      readonly epoch: number;
      readonly problem: string;
    };

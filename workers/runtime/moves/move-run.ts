import type { MoveOrder } from "../../../shared/protocol/worker-command.ts";
import type { RunTrace } from "../telemetry/run-trace.ts";
import type { LiveGuest } from "./live-guest.ts";

/** A run of this worker that can be moved away. */
export interface MovableRun {
  readonly submission: string;
  /** The guest on its thread; undefined before it has begun. */
  readonly guest: LiveGuest | undefined;
  /** Of the queue's job. */
  readonly lock: string;
  /** Milliseconds since the run began. */
  readonly elapsed: number;
  /** Undefined before it has begun. */
  readonly trace: RunTrace | undefined;
  /** Whether its guest has come to its end here. */
  readonly hasEnded: boolean;
  /** Ends the run here with a last checkpoint; the job goes back to the queue, before all others. */
  handOver(): void;
  /** Resolves when the run is not this worker's any more, for whatever reason. */
  readonly ended: Promise<void>;
}

/** Where a run is to go: to any worker, where none is said, and then by a checkpoint. */
export type MoveWish = Partial<MoveOrder>;

/** A way to move a run to another worker. */
export interface MoveRun {
  /**
   * @param mustGo this worker ends: a run that cannot go as it is wished goes otherwise
   * @returns when the run is not this worker's any more, or stays
   */
  move(run: MovableRun, wish: MoveWish, mustGo: boolean): Promise<void>;
}

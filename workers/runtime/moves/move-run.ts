/** A run of this worker that can be moved away. */
export interface MovableRun {
  readonly submission: string;
  /** Ends the run here with a last checkpoint; the job goes back to the queue, before all others. */
  handOver(): void;
  /** Resolves when the run is not this worker's any more, for whatever reason. */
  readonly ended: Promise<void>;
}

/** A way to move a run to another worker. A run that cannot be moved stays, or goes to any worker. */
export interface MoveRun {
  /**
   * @param to name of a worker; any, where it is not said
   * @returns when the run is not this worker's any more
   */
  move(run: MovableRun, to?: string): Promise<void>;
}

/** All durations in nanoseconds of host time. */
export interface ExitRow {
  /** A name of the taxonomy (`docs/exits.md`). */
  readonly category: string;
  /** Exact. */
  readonly count: number;
  /** Missing where no exit of the category was timed. */
  readonly time?: {
    /** An estimate for all of them that the monitor has handled outside generated code. */
    readonly total: number;
    /** How many were timed. */
    readonly samples: number;
    readonly min: number;
    readonly mean: number;
    readonly p50: number;
    readonly p99: number;
    readonly max: number;
  };
}

/** Where the time went between two instants: the sum is what has passed between them. */
export interface TimeSplit {
  /** In the guest's own code, what generated code does for the monitor in passing included. */
  readonly guest: number;
  /** In the monitor, because of exits: the sum of the categories' totals. */
  readonly monitor: number;
  /** The guest waited for something to happen. */
  readonly idle: number;
  /** The guest could have run, and others did. */
  readonly waiting: number;
  /** For a checkpoint, a migration or a debugger. */
  readonly paused: number;
  /** Console, files, and whatever else the run's driver does between two stretches. */
  readonly driver: number;
}

export interface ExitReport {
  readonly instructions: number;
  /** Every category of the taxonomy in its order, zeros too. */
  readonly rows: readonly ExitRow[];
  readonly time: TimeSplit;
}

import { z } from "zod";

/**
 * What the exits of a run, or of a stretch of one, were and took (`docs/exits.md`).
 *
 * Counts are exact. All durations are nanoseconds of host time, and estimates: one exit in N was timed.
 */
const nanoseconds = z.number().nonnegative();
const count = z.int().nonnegative();

/** Names that a category's parts have at most, beside `others`. */
const mostParts = 32;

const exitTimeSchema = z.object({
  /** An estimate for all of them that the monitor has handled outside generated code. */
  total: nanoseconds,
  /** How many were timed. */
  samples: count,
  min: nanoseconds,
  mean: nanoseconds,
  p50: nanoseconds,
  p99: nanoseconds,
  max: nanoseconds,
  /**
   * Upper bound of each bucket, ascending, and how many exits took so long, by estimate. A bucket begins
   * at the bound before; the first entry has no exits and only says where the others begin.
   */
  buckets: z
    .array(z.tuple([nanoseconds, nanoseconds]))
    .max(64)
    .optional(),
});

export type ExitTime = z.infer<typeof exitTimeSchema>;

/** A device, a call, a cause or a register, as its category has them. */
const exitPartSchema = z.object({
  name: z.string().max(60),
  count,
  time: exitTimeSchema.optional(),
});

export type ExitPart = z.infer<typeof exitPartSchema>;

const exitRowSchema = z.object({
  /** A name of the taxonomy. */
  category: z.string().max(40),
  count,
  /** Missing where no exit of the category was timed. */
  time: exitTimeSchema.optional(),
  /** What the category's exits were about, as far as that was counted; the most frequent first. */
  parts: z
    .array(exitPartSchema)
    .max(mostParts + 1)
    .optional(),
});

export type ExitRow = z.infer<typeof exitRowSchema>;

/** Where the time went between two instants: the sum is what has passed between them. */
const timeSplitSchema = z.object({
  /** In the guest's own code, what generated code does for the monitor in passing included. */
  guest: nanoseconds,
  /** In the monitor, because of exits: the sum of the categories' totals. */
  monitor: nanoseconds,
  /** The guest waited for something to happen. */
  idle: nanoseconds,
  /** The guest could have run, and others did. */
  waiting: nanoseconds,
  /** For a checkpoint, a migration, a debugger, or a worker that was lost. */
  paused: nanoseconds,
  /** Console, files, and whatever else the run's driver does between two stretches. */
  driver: nanoseconds,
});

export type TimeSplit = z.infer<typeof timeSplitSchema>;

/** A single exit as it was seen. */
const slowExitSchema = z.object({
  category: z.string().max(40),
  /** Steps of the machine before it. */
  at: count,
  /** Unix milliseconds, with a fraction. */
  started: z.number(),
  duration: nanoseconds,
  /** Where the hart stood, in hexadecimal. */
  pc: z.string().max(16),
});

export type SlowExit = z.infer<typeof slowExitSchema>;

/** How the machine is at the end of the stretch. */
const exitGaugesSchema = z.object({
  /** Of the run's pCPU thread, which its guests share. */
  translatedRegions: count,
  translatedBytes: count,
  /** Regions that were given up to make room, since the thread began. */
  evictions: count,
  /** TLB misses that the monitor has handled, since the run began. */
  tlbFills: count,
  /** Pages of RAM that have content of their own. */
  residentPages: count,
  /** Pages written to that had not been since the last look; where the monitor looks. */
  dirtyPagesPerSecond: nanoseconds.optional(),
  /** Nanoseconds that the guest would stand still if it were moved now, as fast as the worker's moves were. */
  predictedDowntime: nanoseconds.optional(),
});

export type ExitGauges = z.infer<typeof exitGaugesSchema>;

export const exitReportSchema = z.object({
  /** Retired guest instructions. */
  instructions: count,
  /** Every category of the taxonomy in its order, zeros too. */
  rows: z.array(exitRowSchema).max(64),
  time: timeSplitSchema,
  /** Of each category the longest that were seen, the longest first. */
  slowest: z.array(slowExitSchema).max(128).optional(),
  gauges: exitGaugesSchema.optional(),
});

export type ExitReport = z.infer<typeof exitReportSchema>;

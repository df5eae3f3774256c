import { z } from "zod";
import { exitReportSchema } from "./exit-report.ts";
import { moveReportSchema } from "./move-report.ts";
import { submissionIdSchema } from "./submission-id.ts";

/** A worker's part of a run. */
const staySchema = z.object({
  worker: z.string(),
  runtime: z.string(),
  epoch: z.int(),
  /** Retired guest instructions when it came and when it left; what a lost worker did is not there. */
  from: z.int().nonnegative(),
  to: z.int().nonnegative(),
  /** While its part of the trace is not closed: where it is, since when, and when it was told of last. */
  open: z
    .object({
      span: z.string().regex(/^[0-9a-f]{16}$/),
      /** Unix milliseconds. */
      began: z.number(),
      told: z.number(),
    })
    .optional(),
});

export type Stay = z.infer<typeof staySchema>;

/** What was counted and timed from the end of the step before until this one was decided. */
const stepExitsSchema = z.object({
  /** As in the result; of a hidden step not what it looks for. */
  name: z.string(),
  kind: z.string(),
  /** Retired instructions since the run began. */
  atInstruction: z.int().nonnegative(),
  report: exitReportSchema,
});

/** Where the time of a submission's run went, so far or in all: `GET /v1/submissions/{id}/exits`. */
export const runExitsSchema = z.object({
  submission: submissionIdSchema,
  state: z.enum(["running", "ended"]),
  epoch: z.int(),
  /** The one that has it, or had it last. */
  worker: z.string(),
  runtime: z.string(),
  total: exitReportSchema,
  /** Those that are decided, in order. */
  steps: z.array(stepExitsSchema),
  /** In order; one per worker that had it. */
  stays: z.array(staySchema),
  /** How it went from one to another, in order; their durations are milliseconds. */
  moves: z.array(moveReportSchema),
});

export type RunExits = z.infer<typeof runExitsSchema>;

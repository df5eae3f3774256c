import { z } from "zod";
import { artefactNameSchema } from "./artefact-name.ts";
import { blobHashSchema } from "./blob-hash.ts";
import { resultSchema } from "./result.ts";
import { submissionIdSchema } from "./submission-id.ts";

/**
 * queued → running → graded | failed; queued | running → cancelled.
 *
 * `failed` means that the installation could not run it, never that the guest did badly.
 */
export const submissionStateSchema = z.enum(["queued", "running", "graded", "failed", "cancelled"]);

export type SubmissionState = z.infer<typeof submissionStateSchema>;

/** Where a run is, for whoever waits. */
export const progressSchema = z.object({
  /** Number of steps that are done. */
  step: z.int(),
  steps: z.int(),
  /** Name or kind of the step that is waited for. */
  waitingFor: z.string(),
  instructions: z.int(),
});

export type Progress = z.infer<typeof progressSchema>;

/** A submission as the API shows it. */
export const submissionSchema = z.object({
  id: submissionIdSchema,
  assignment: z.string(),
  title: z.string(),
  artefacts: z.array(
    z.object({ name: artefactNameSchema, sha256: blobHashSchema, bytes: z.int() }),
  ),
  state: submissionStateSchema,
  /** Points that the assignment gives at most. */
  maxScore: z.number(),
  createdAt: z.iso.datetime(),
  startedAt: z.iso.datetime().optional(),
  finishedAt: z.iso.datetime().optional(),
  /** Times that a worker began to run it. */
  runs: z.int(),
  /** Submissions that a worker takes before this one; only while queued. */
  queuePosition: z.int().optional(),
  progress: progressSchema.optional(),
  result: resultSchema.optional(),
  /** Why the installation gave up; only when failed. */
  failure: z.string().optional(),
  /** Id of its trace, for an external viewer; only where it is traced. */
  trace: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .optional(),
});

export type Submission = z.infer<typeof submissionSchema>;

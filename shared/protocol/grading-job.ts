import { z } from "zod";
import { blobHashSchema } from "../schema/blob-hash.ts";
import { submissionIdSchema } from "../schema/submission-id.ts";
import { submissionTraceSchema } from "./submission-trace.ts";

/**
 * The data of a queued job: names of blobs, never their bytes.
 *
 * `assignment` names the blob that holds the assignment as JSON, frozen when the submission came
 * in, so that a later edit of the folder does not change what a retry grades.
 */
export const gradingJobSchema = z.strictObject({
  submission: submissionIdSchema,
  assignment: blobHashSchema,
  /** Blobs of the machine's images. */
  images: z.strictObject({
    /** Absent when the student handed in no optional artefact for it. */
    kernel: blobHashSchema,
    initrd: blobHashSchema.optional(),
    /** By disk name. */
    disks: z.record(z.string(), blobHashSchema),
  }),
  /** There where it was traced. */
  trace: submissionTraceSchema.optional(),
});

export type GradingJob = z.infer<typeof gradingJobSchema>;

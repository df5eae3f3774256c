import { z } from "zod";

const traceParent = z.string().regex(/^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/);

/**
 * Where a submission's trace is: it goes with the submission's job, so also with retries, checkpoints and
 * moves of its run. Whoever ends the submission makes its span.
 */
export const submissionTraceSchema = z.strictObject({
  /** Of the span `submission`, as W3C's `traceparent`. */
  parent: traceParent,
  /** When it began: Unix milliseconds. */
  since: z.number().nonnegative(),
  /** Of the request that handed it in. */
  request: traceParent.optional(),
});

export type SubmissionTrace = z.infer<typeof submissionTraceSchema>;

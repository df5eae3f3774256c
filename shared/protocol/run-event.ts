import { z } from "zod";
import { stepResultSchema } from "../schema/step-result.ts";
import { progressSchema, submissionStateSchema } from "../schema/submission.ts";

/** What happens to a submission, in order: entries of its stream and events of `/console`. */
export const runEventSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("queued"), data: z.object({}) }),
  /** A worker begins. What the console showed before is not told again. */
  z.object({
    type: z.literal("run"),
    data: z.object({ epoch: z.int(), worker: z.string(), runtime: z.string() }),
  }),
  /** It goes on from a checkpoint of an earlier worker. */
  z.object({ type: z.literal("resumed"), data: z.object({ instructions: z.int() }) }),
  /** It goes on on another worker, and did not stop for it: nothing is told again. */
  z.object({
    type: z.literal("migrated"),
    data: z.object({ epoch: z.int(), from: z.string(), worker: z.string(), runtime: z.string() }),
  }),
  /** It begins as a copy of the assignment's template: so many of its instructions were before. */
  z.object({ type: z.literal("template"), data: z.object({ instructions: z.int() }) }),
  z.object({ type: z.literal("progress"), data: progressSchema }),
  z.object({ type: z.literal("console"), data: z.object({ text: z.string() }) }),
  z.object({ type: z.literal("step"), data: stepResultSchema }),
  /** The worker could not go on; the queue will hand the run to another one. */
  z.object({ type: z.literal("interrupted"), data: z.object({ reason: z.string() }) }),
  /** Nothing follows. */
  z.object({
    type: z.literal("end"),
    data: z.object({
      state: submissionStateSchema,
      score: z.number().optional(),
      maxScore: z.number().optional(),
      summary: z.string(),
    }),
  }),
]);

export type RunEvent = z.infer<typeof runEventSchema>;

import { z } from "zod";

/** What a student needs to know of an assignment before handing in. */
export const assignmentSummarySchema = z.object({
  name: z.string(),
  title: z.string(),
  description: z.string(),
  maxScore: z.number(),
  artefacts: z.array(
    z.object({
      name: z.string(),
      description: z.string(),
      maxBytes: z.int(),
      optional: z.boolean(),
    }),
  ),
  /** Set when the assignment's own files or images are missing: it cannot be submitted to. */
  unavailable: z.string().optional(),
});

export type AssignmentSummary = z.infer<typeof assignmentSummarySchema>;

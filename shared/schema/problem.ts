import { z } from "zod";

/** A problem document (RFC 9457), the body of every error of the API. */
export const problemSchema = z.object({
  /** Identifies the kind of problem; stable, not meant to be fetched. */
  type: z.string(),
  title: z.string(),
  status: z.int(),
  /** What is wrong with this request and what to do about it. */
  detail: z.string(),
  instance: z.string().optional(),
  /** One entry for each field that is wrong. */
  errors: z.array(z.object({ field: z.string(), detail: z.string() })).optional(),
});

export type Problem = z.infer<typeof problemSchema>;

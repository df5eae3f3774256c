import { z } from "zod";
import { visibilitySchema } from "./visibility.ts";

/** `results.json` as Gradescope's autograder specification has it. */
export const gradescopeSchema = z.object({
  score: z.number(),
  /** Seconds. */
  execution_time: z.number(),
  output: z.string(),
  output_format: z.literal("text"),
  visibility: visibilitySchema,
  stdout_visibility: visibilitySchema,
  tests: z.array(
    z.object({
      name: z.string(),
      number: z.string(),
      score: z.number(),
      max_score: z.number(),
      status: z.enum(["passed", "failed"]),
      output: z.string(),
      visibility: visibilitySchema,
    }),
  ),
  extra_data: z.record(z.string(), z.unknown()),
});

export type Gradescope = z.infer<typeof gradescopeSchema>;

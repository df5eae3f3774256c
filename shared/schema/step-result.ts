import { z } from "zod";
import { visibilitySchema } from "./visibility.ts";

/** What became of one step of the rubric. */
export const stepResultSchema = z.object({
  name: z.string(),
  kind: z.enum(["expect", "send", "exit-code", "assert"]),
  state: z.enum(["passed", "failed", "not-reached"]),
  points: z.number(),
  earned: z.number(),
  visibility: visibilitySchema,
  /** Instructions that the machine had retired when the step was decided. */
  atInstruction: z.int().optional(),
  /** One sentence for the student. */
  sentence: z.string(),
});

export type StepResult = z.infer<typeof stepResultSchema>;

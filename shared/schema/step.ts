import { z } from "zod";
import { instructionsSchema } from "./quantities.ts";
import { visibilitySchema } from "./visibility.ts";

const longestPattern = 1000;
const longestText = 4096;
const slowest = 60_000_000_000;

const nameSchema = z.string().min(1).max(100);
const pointsSchema = z.number().nonnegative().max(10_000);
const withinSchema = instructionsSchema.refine((count) => count > 0 && count <= slowest, {
  message: "must be at least 1 and at most 60G instructions",
});

const patternSchema = z
  .string()
  .min(1)
  .max(longestPattern)
  .superRefine((pattern, context) => {
    try {
      new RegExp(pattern, "m");
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      context.addIssue({ code: "custom", message: `is not a regular expression: ${reason}` });
    }
  });

const stepFieldsSchema = z.strictObject({
  name: nameSchema.optional(),
  expect: patternSchema.optional(),
  send: z.string().min(1).max(longestText).optional(),
  "exit-code": z.int().min(0).max(255).optional(),
  within: withinSchema.optional(),
  points: pointsSchema.default(0),
  visibility: visibilitySchema.default("visible"),
});

/**
 * One step of a rubric: exactly one of `expect` (a regular expression over the console output since
 * the last match), `send` (console input) and `exit-code` (how the guest powers off).
 *
 * `within` is the deadline in instructions of guest time, counted from the end of the step before.
 */
export const stepSchema = stepFieldsSchema.superRefine((step, context) => {
  const kinds = (["expect", "send", "exit-code"] as const).filter((k) => step[k] !== undefined);
  const report = (path: string[], message: string) =>
    context.addIssue({ code: "custom", path, message });
  if (kinds.length !== 1) {
    report([], "must have exactly one of expect, send, exit-code");
    return;
  }
  if (step.send !== undefined) {
    if (step.within !== undefined) {
      report(["within"], "belongs to expect and exit-code only: sending does not wait");
    }
    if (step.points > 0) {
      report(["points"], "belongs to expect and exit-code only: sending earns nothing");
    }
  } else if (step.within === undefined) {
    report(["within"], "is missing: say after how many instructions the step has failed");
  }
  if (step.points > 0 && step.name === undefined) {
    report(["name"], "is missing: a step with points needs a name for the grade");
  }
});

export type Step = z.infer<typeof stepSchema>;

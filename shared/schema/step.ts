import { z } from "zod";
import { exitBoundSchema } from "./exit-bound.ts";
import { gradableExits } from "./gradable-exits.ts";
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

const assertSchema = z.strictObject({
  exits: z.record(z.string(), exitBoundSchema).superRefine((exits, context) => {
    const names = Object.keys(exits);
    if (names.length === 0) {
      context.addIssue({ code: "custom", message: "names no category of exits" });
    }
    for (const name of names) {
      if ((gradableExits as readonly string[]).includes(name)) continue;
      const message = `is no exit that a guest causes; those are ${gradableExits.join(", ")}`;
      context.addIssue({ code: "custom", path: [name], message });
    }
  }),
  /** Name of an earlier step; since power-on where it is not said. */
  since: nameSchema.optional(),
});

const stepFieldsSchema = z.strictObject({
  name: nameSchema.optional(),
  expect: patternSchema.optional(),
  send: z.string().min(1).max(longestText).optional(),
  "exit-code": z.int().min(0).max(255).optional(),
  assert: assertSchema.optional(),
  within: withinSchema.optional(),
  points: pointsSchema.default(0),
  visibility: visibilitySchema.default("visible"),
});

const kinds = ["expect", "send", "exit-code", "assert"] as const;

/**
 * One step of a rubric: exactly one of `expect` (a regular expression over the console output since
 * the last match), `send` (console input), `exit-code` (how the guest powers off) and `assert` (what the
 * guest has done until then).
 *
 * `within` is the deadline in instructions of guest time, counted from the end of the step before.
 */
export const stepSchema = stepFieldsSchema.superRefine((step, context) => {
  const given = kinds.filter((kind) => step[kind] !== undefined);
  const report = (path: string[], message: string) =>
    context.addIssue({ code: "custom", path, message });
  if (given.length !== 1) {
    report([], `must have exactly one of ${kinds.join(", ")}`);
    return;
  }
  if (step.send !== undefined) {
    if (step.within !== undefined) {
      report(["within"], "belongs to expect and exit-code only: sending does not wait");
    }
    if (step.points > 0) {
      report(["points"], "belongs to expect and exit-code only: sending earns nothing");
    }
  } else if (step.assert !== undefined) {
    if (step.within !== undefined) {
      report(["within"], "belongs to expect and exit-code only: an assertion does not wait");
    }
  } else if (step.within === undefined) {
    report(["within"], "is missing: say after how many instructions the step has failed");
  }
  if (step.points > 0 && step.name === undefined) {
    report(["name"], "is missing: a step with points needs a name for the grade");
  }
});

export type Step = z.infer<typeof stepSchema>;

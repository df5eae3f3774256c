import { expect, test } from "vitest";
import { redactStep } from "./redact-step.ts";
import type { StepResult } from "./step-result.ts";

const step: StepResult = {
  name: "Handles the secret input",
  kind: "expect",
  state: "failed",
  points: 3,
  earned: 0,
  visibility: "visible",
  atInstruction: 1234,
  sentence: 'Waited for output matching "42".',
};

test("a visible step is shown as it is", () => {
  expect(redactStep(step)).toEqual(step);
});

test.each(["hidden", "after_due_date", "after_published"] as const)(
  "a step with visibility %s shows its points and nothing that tells what it looks for",
  (visibility) => {
    const shown = redactStep({ ...step, visibility });
    expect(shown).toMatchObject({ state: "failed", points: 3, earned: 0, visibility });
    expect(JSON.stringify(shown)).not.toMatch(/secret|42|1234/);
  },
);

import type { StepResult } from "./step-result.ts";

export const hiddenStepName = "a hidden step";

/**
 * A step's result as a student may see it: of a hidden step only whether it was reached and what it
 * earned, not its name or what it looks for. `results.json` keeps all of it, with the visibility that
 * Gradescope acts on.
 */
export function redactStep(step: StepResult): StepResult {
  if (step.visibility === "visible") return step;
  const { atInstruction: _, ...rest } = step;
  return { ...rest, name: hiddenStepName, sentence: "What this step looks for is not shown." };
}

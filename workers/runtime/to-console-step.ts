import type { Step } from "../../shared/schema/step.ts";
import type { ConsoleStep } from "../vmm/mod.ts";

/** A step of a rubric as the monitor's console script takes it. */
export function toConsoleStep(step: Step): ConsoleStep {
  const within = step.within ?? 0;
  if (step.expect !== undefined) {
    return { kind: "expect", pattern: step.expect, within };
  }
  return step.send !== undefined
    ? { kind: "send", text: step.send }
    : { kind: "exit-code", code: step["exit-code"] ?? 0, within };
}

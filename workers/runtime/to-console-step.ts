import { parseExitBound } from "../../shared/schema/exit-bound.ts";
import type { Step } from "../../shared/schema/step.ts";
import type { ConsoleStep } from "../vmm/mod.ts";

/** A step of a rubric as the monitor's console script takes it. @param steps all, or those before */
export function toConsoleStep(step: Step, _index: number, steps: readonly Step[]): ConsoleStep {
  const within = step.within ?? 0;
  if (step.expect !== undefined) {
    return { kind: "expect", pattern: step.expect, within };
  }
  if (step.assert !== undefined) {
    const { exits, since } = step.assert;
    return {
      kind: "assert",
      exits: Object.entries(exits).flatMap(([category, text]) => {
        const bound = parseExitBound(text);
        return bound ? [{ category, ...bound }] : [];
      }),
      ...(since !== undefined && {
        since: { step: steps.findIndex(({ name }) => name === since), name: since },
      }),
    };
  }
  return step.send !== undefined
    ? { kind: "send", text: step.send }
    : { kind: "exit-code", code: step["exit-code"] ?? 0, within };
}

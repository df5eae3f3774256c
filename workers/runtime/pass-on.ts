import type { Assignment } from "../../shared/schema/assignment.ts";
import { hiddenStepName, redactStep } from "../../shared/schema/redact-step.ts";
import type { Progress } from "../../shared/schema/submission.ts";
import { gradeStep, stepLabel } from "./grade-run.ts";
import type { GuestRun } from "./run-guest.ts";
import type { RunReporter } from "./run-reporter.ts";

/** What a guest's thread says, as the run's events have it. */
export function passOn(
  message: Parameters<GuestRun["onMessage"]>[0],
  assignment: Assignment,
  reporter: RunReporter,
): void {
  switch (message.type) {
    case "console":
      reporter.console(message.bytes);
      break;
    case "step": {
      const step = assignment.steps[message.index];
      if (step === undefined) break;
      const data = redactStep(gradeStep(step, message.index, message.report));
      reporter.step(message.index, step.send === undefined ? { type: "step", data } : undefined);
      break;
    }
    case "from-template":
      reporter.event({ type: "template", data: { instructions: message.instructions } });
      break;
    case "progress":
      reporter.progress(progressOf(assignment, message.step, message.instructions));
      break;
  }
}

function progressOf(assignment: Assignment, index: number, instructions: number): Progress {
  const step = assignment.steps[index];
  const isHidden = step !== undefined && step.visibility !== "visible";
  const name = isHidden ? hiddenStepName : step && (step.name ?? stepLabel(step, index));
  const waitingFor = name ?? "the end";
  return { step: index, steps: assignment.steps.length, waitingFor, instructions };
}

import type { Assignment } from "../../shared/schema/assignment.ts";
import { redactStep } from "../../shared/schema/redact-step.ts";
import type { Progress } from "../../shared/schema/submission.ts";
import type { ExitBook } from "./exit-book.ts";
import { gradeStep, shownStepName } from "./grade-run.ts";
import type { GuestRun } from "./run-guest.ts";
import type { RunReporter } from "./run-reporter.ts";
import type { RunTelemetry } from "./telemetry/run-telemetry.ts";

export interface RunHearers {
  readonly reporter: RunReporter;
  readonly exits: ExitBook;
  readonly telemetry: RunTelemetry;
}

/** What a guest's thread says, for all who want to know of it. */
export function passOn(
  message: Parameters<GuestRun["onMessage"]>[0],
  assignment: Assignment,
  { reporter, exits, telemetry }: RunHearers,
): void {
  telemetry.hear(message, assignment);
  switch (message.type) {
    case "exits":
      exits.hear(message.account);
      break;
    case "profile":
      exits.profile(message.folded);
      break;
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
  const waitingFor = step ? shownStepName(step, index) : "the end";
  return { step: index, steps: assignment.steps.length, waitingFor, instructions };
}

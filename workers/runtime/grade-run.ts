import { PlainConsole } from "../../shared/protocol/plain-console.ts";
import type { Assignment } from "../../shared/schema/assignment.ts";
import { hiddenStepName } from "../../shared/schema/redact-step.ts";
import type { Result } from "../../shared/schema/result.ts";
import type { RunEnd } from "../../shared/schema/run-end.ts";
import type { Step } from "../../shared/schema/step.ts";
import type { StepResult } from "../../shared/schema/step-result.ts";
import type { ConsoleStepReport } from "../vmm/mod.ts";
import type { RunReport } from "./thread/thread-protocol.ts";

export interface RunCircumstances {
  readonly epoch: number;
  readonly worker: string;
  readonly runtime: string;
  /** Host milliseconds. */
  readonly elapsed: number;
}

/** The grade: a pure function of the rubric and of what the run left behind. */
export function gradeRun(
  assignment: Assignment,
  report: RunReport,
  { epoch, worker, runtime, elapsed }: RunCircumstances,
): Result {
  const steps = assignment.steps.map((step, index) => gradeStep(step, index, report.steps[index]));
  const score = sum(steps.map((step) => step.earned));
  const maxScore = sum(steps.map((step) => step.points));
  return {
    score,
    maxScore,
    end: report.end,
    summary: summarize(report.end, steps, score, maxScore),
    steps,
    instructions: report.instructions,
    exits: { ...report.exits },
    ...(report.stateHash === undefined ? {} : { stateHash: report.stateHash }),
    consoleBytes: report.consoleBytes,
    consoleTail: new PlainConsole().push(report.recentOutput),
    elapsed: Math.round(elapsed),
    epoch,
    worker,
    runtime,
    ...(report.fromTemplate === undefined ? {} : { fromTemplate: report.fromTemplate }),
    ...(report.withoutTranslation && { withoutTranslation: true }),
  };
}

/** One step's result; also for steps that are decided while the run goes on. */
export function gradeStep(
  step: Step,
  index: number,
  report: ConsoleStepReport | undefined,
): StepResult {
  const state = report?.state ?? "not-reached";
  return {
    name: stepName(step, index),
    kind: stepKind(step),
    state,
    points: step.points,
    earned: state === "passed" ? step.points : 0,
    visibility: step.visibility,
    ...(report?.atInstruction === undefined ? {} : { atInstruction: report.atInstruction }),
    sentence: report?.sentence ?? "Not reached: the machine did not start.",
  };
}

export function stepKind(step: Step): StepResult["kind"] {
  if (step.expect !== undefined) return "expect";
  if (step.send !== undefined) return "send";
  return step.assert === undefined ? "exit-code" : "assert";
}

const what = {
  ...{ expect: "output", send: "typing", "exit-code": "power-off", assert: "counts" },
} as const;

/** What a step is called before those who may not see hidden ones. */
export function shownStepName(step: Step, index: number): string {
  return step.visibility === "visible" ? stepName(step, index) : hiddenStepName;
}

function stepName(step: Step, index: number): string {
  return step.name ?? stepLabel(step, index);
}

/** What a step without a name is called. */
function stepLabel(step: Step, index: number): string {
  return `step ${index + 1} (${what[stepKind(step)]})`;
}

function summarize(
  end: RunEnd,
  steps: readonly StepResult[],
  score: number,
  maxScore: number,
): string {
  const points = `${score} of ${maxScore} points.`;
  if (end.kind === "bad-image") {
    return `The machine could not start: ${end.message} ${end.hint} ${points}`;
  }
  const failed = steps.find((step) => step.state === "failed");
  if (failed === undefined) {
    return `Every step succeeded. ${points}`;
  }
  const passed = steps.filter((step) => step.state === "passed" && step.kind !== "send").length;
  const before =
    passed === 0 ? "" : ` ${passed} earlier ${passed === 1 ? "step" : "steps"} succeeded.`;
  // A hidden step's sentence would tell what it looks for.
  return failed.visibility === "visible"
    ? `"${failed.name}" failed: ${failed.sentence}${before} ${points}`
    : `A hidden step failed.${before} ${points}`;
}

/** Points may be halves and thirds; a sum like 0.30000000000000004 helps nobody. */
function sum(points: readonly number[]): number {
  return Math.round(points.reduce((total, part) => total + part, 0) * 1e6) / 1e6;
}

import type { SubmissionTrace } from "../../../shared/protocol/submission-trace.ts";
import { redactStep } from "../../../shared/schema/redact-step.ts";
import { type Result, resultSchema } from "../../../shared/schema/result.ts";
import { progressSchema, type Submission } from "../../../shared/schema/submission.ts";
import type { StoredSubmission } from "./submission-store.ts";

/** What the store has, as the API shows it to students: hidden steps stay hidden. */
export function presentSubmission(
  stored: StoredSubmission,
  queuePosition: number | undefined,
): Submission {
  const { epoch: _epoch, artefacts, progress, result, trace, ...rest } = stored;
  const known = progressSchema.safeParse(progress);
  return {
    ...rest,
    artefacts: [...artefacts],
    ...(trace && { trace: traceIdOf(trace) }),
    ...(queuePosition === undefined ? {} : { queuePosition }),
    ...(known.success && stored.state === "running" ? { progress: known.data } : {}),
    ...(result === undefined ? {} : { result: redacted(resultSchema.parse(result)) }),
  };
}

function traceIdOf({ parent }: SubmissionTrace): string {
  return parent.split("-")[1] ?? "";
}

function redacted(result: Result): Result {
  return { ...result, steps: result.steps.map(redactStep) };
}

import { redactStep } from "../../../shared/schema/redact-step.ts";
import { type Result, resultSchema } from "../../../shared/schema/result.ts";
import { progressSchema, type Submission } from "../../../shared/schema/submission.ts";
import type { StoredSubmission } from "./submission-store.ts";

/** What the store has, as the API shows it to students: hidden steps stay hidden. */
export function presentSubmission(
  stored: StoredSubmission,
  queuePosition: number | undefined,
): Submission {
  const { epoch: _epoch, artefacts, progress, result, ...rest } = stored;
  const known = progressSchema.safeParse(progress);
  return {
    ...rest,
    artefacts: [...artefacts],
    ...(queuePosition === undefined ? {} : { queuePosition }),
    ...(known.success && stored.state === "running" ? { progress: known.data } : {}),
    ...(result === undefined ? {} : { result: redacted(resultSchema.parse(result)) }),
  };
}

function redacted(result: Result): Result {
  return { ...result, steps: result.steps.map(redactStep) };
}

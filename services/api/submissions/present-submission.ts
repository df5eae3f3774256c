import { resultSchema } from "../../../shared/schema/result.ts";
import { progressSchema, type Submission } from "../../../shared/schema/submission.ts";
import type { StoredSubmission } from "./submission-store.ts";

/** What the store has, as the API shows it. */
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
    ...(result === undefined ? {} : { result: resultSchema.parse(result) }),
  };
}

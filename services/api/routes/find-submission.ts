import { submissionIdSchema } from "../../../shared/schema/submission-id.ts";
import { ProblemError } from "../problem-error.ts";
import type { StoredSubmission, SubmissionStore } from "../submissions/submission-store.ts";

/**
 * The submission of a path, for routes that speak to it by something else than one answer.
 *
 * @throws ProblemError 404
 */
export async function findSubmission(
  store: Pick<SubmissionStore, "find">,
  text: string | undefined,
): Promise<StoredSubmission> {
  const id = submissionIdSchema.safeParse(text);
  const stored = id.success ? await store.find(id.data) : undefined;
  if (stored !== undefined) return stored;
  throw new ProblemError(
    404,
    "unknown-submission",
    "Unknown submission",
    "There is no such submission.",
  );
}

import type { Submission } from "../../../shared/schema/submission.ts";

/** Nothing of it will change. */
export function isOver({ state }: Pick<Submission, "state">): boolean {
  return state !== "queued" && state !== "running";
}

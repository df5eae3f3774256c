import type { Submission } from "../../../shared/schema/submission.ts";

/** How far a submission is, in a few words. */
export function describeProgress({
  state,
  progress,
  queuePosition,
  result,
  failure,
}: Submission): string {
  switch (state) {
    case "queued":
      return queuePosition ? `${queuePosition} before it in the queue` : "next in the queue";
    case "running":
      return progress === undefined
        ? "boots"
        : progress.step < progress.steps
          ? `step ${progress.step + 1} of ${progress.steps}: ${progress.waitingFor}`
          : "all steps are done";
    case "graded":
      return `on ${result?.worker ?? "a worker"} (${result?.runtime ?? ""})`;
    case "failed":
      return failure ?? "the installation could not run it";
    case "cancelled":
      return "";
  }
}

import type { RunEnd } from "../../../shared/schema/run-end.ts";
import type { Submission } from "../../../shared/schema/submission.ts";

/** How a run ended, in a few words. */
const ends: Readonly<Record<RunEnd["kind"], string>> = {
  completed: "all steps are done",
  "step-failed": "a step failed",
  "power-off": "the guest switched itself off",
  reboot: "the guest restarted itself",
  hung: "the guest waits for what cannot come",
  "instruction-limit": "its instructions were used up",
  "output-limit": "it wrote too much",
  "memory-limit": "it took too much memory",
  "wall-clock": "it took too long",
  "bad-image": "the machine cannot start what was handed in",
};

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
      return result === undefined ? "" : ends[result.end.kind];
    case "failed":
      return failure ?? "the installation could not run it";
    case "cancelled":
      return "";
  }
}

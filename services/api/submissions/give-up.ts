import { Instruments } from "../../../shared/telemetry/otel/instruments.ts";
import { submissionSpan } from "../../../shared/telemetry/otel/submission-span.ts";
import type { SubmissionStore } from "./submission-store.ts";

/** Fails a submission that this installation could not run, unless it has ended otherwise. */
export async function giveUp(store: SubmissionStore, id: string, reason: string): Promise<void> {
  if (!(await store.fail(id, reason))) return;
  const stored = await store.find(id);
  const state = "failed";
  submissionSpan.end(stored?.trace, {
    run: id,
    state,
    failure: reason.split("\n", 1)[0] ?? reason,
  });
  new Instruments().add("trapline.submission.ends", 1, { "trapline.submission.state": state });
}

import { BlobError } from "../../shared/blob/blob-error.ts";
import type { RunCheckpoints } from "./checkpoint/run-checkpoints.ts";
import { gradeRun } from "./grade-run.ts";
import { Departed } from "./run-guest.ts";
import type { RunJournal } from "./run-journal.ts";
import type { RunReporter } from "./run-reporter.ts";
import type { EndedRun } from "./run-under-way.ts";
import type { SessionResources } from "./session-resources.ts";

/** What became of a job: only `graded` wrote a result. */
export type SessionOutcome =
  | { readonly kind: "graded"; readonly score: number }
  /** The submission had ended, was cancelled, or another worker has taken the run over. */
  | { readonly kind: "superseded" };

/** What a run writes with on this worker. */
export interface SessionParts {
  readonly journal: RunJournal;
  readonly reporter: RunReporter;
  readonly checkpoints: RunCheckpoints;
}

export class LeaseLost extends Error {
  override readonly name = "LeaseLost";
}

/** Asks Redis whose the run is. @throws what has ended it otherwise */
export async function isStillOurs(reporter: RunReporter, signal: AbortSignal): Promise<boolean> {
  await reporter.flush();
  if (signal.aborted && !(signal.reason instanceof LeaseLost)) throw signal.reason;
  return !signal.aborted;
}

/** Grades a run that has come to its end, and writes the grade. @param began of `performance` */
export async function finishSession(
  { journal, reporter, checkpoints }: SessionParts,
  { assignment, report, fromTemplate, exits }: EndedRun,
  { identity }: Pick<SessionResources, "identity">,
  began: number,
): Promise<SessionOutcome> {
  await reporter.close();
  await exits.close();
  const result = gradeRun(assignment, report, {
    epoch: journal.epoch,
    worker: identity.name,
    runtime: identity.runtime,
    elapsed: performance.now() - began,
    fromTemplate,
  });
  if (!(await journal.finish(result))) return { kind: "superseded" };
  // Not before: a run whose checkpoints were removed can never be taken over again.
  await checkpoints.remove();
  return { kind: "graded", score: result.score };
}

/**
 * A run that does not come to its end here.
 *
 * @throws the error, where the job has to be tried again or somebody has to see to it
 */
export async function breakSession(
  { journal, reporter }: SessionParts,
  error: unknown,
): Promise<SessionOutcome> {
  await reporter.close();
  if (error instanceof LeaseLost || (error instanceof BlobError && error.code === "stale")) {
    return { kind: "superseded" };
  }
  // The run is under way elsewhere, and nothing has happened to it.
  if (error instanceof Departed) throw error;
  const reason = error instanceof Error ? error.message : String(error);
  await journal.interrupt(reason.split("\n", 1)[0] ?? reason).catch(() => {
    // The store is away too; the next run's `begin` says that this one is over.
  });
  throw error;
}

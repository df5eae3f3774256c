import { BlobError } from "../../shared/blob/blob-error.ts";
import type { RunCheckpoints } from "./checkpoint/run-checkpoints.ts";
import { gradeRun } from "./grade-run.ts";
import { Departed } from "./run-guest.ts";
import type { RunJournal } from "./run-journal.ts";
import type { RunReporter } from "./run-reporter.ts";
import type { EndedRun } from "./run-under-way.ts";
import type { SessionResources } from "./session-resources.ts";
import type { RunTelemetry } from "./telemetry/run-telemetry.ts";

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
  readonly telemetry: RunTelemetry;
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
  parts: SessionParts,
  { assignment, report, exits }: EndedRun,
  { identity, onEnded }: Pick<SessionResources, "identity" | "onEnded">,
  began: number,
): Promise<SessionOutcome> {
  const { journal, reporter, checkpoints } = parts;
  onEnded?.();
  await reporter.close();
  await exits.close();
  const result = gradeRun(assignment, report, {
    epoch: journal.epoch,
    worker: identity.name,
    runtime: identity.runtime,
    elapsed: performance.now() - began,
  });
  const isOurs = await journal.finish(result);
  // Not before: a run whose checkpoints were removed can never be taken over again.
  if (isOurs) await checkpoints.remove();
  const outcome: SessionOutcome = isOurs
    ? { kind: "graded", score: result.score }
    : { kind: "superseded" };
  parts.telemetry.ends(outcome.kind, report);
  return outcome;
}

/**
 * A run that does not come to its end here.
 *
 * @throws the error, where the job has to be tried again or somebody has to see to it
 */
export async function breakSession(
  { journal, reporter, telemetry }: SessionParts,
  error: unknown,
): Promise<SessionOutcome> {
  await reporter.close();
  const isOthers =
    error instanceof LeaseLost || (error instanceof BlobError && error.code === "stale");
  telemetry.breaks(isOthers ? undefined : error);
  if (isOthers) {
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

import { BlobError } from "../../shared/blob/blob-error.ts";
import type { GradingJob } from "../../shared/protocol/grading-job.ts";
import { RunCheckpoints } from "./checkpoint/run-checkpoints.ts";
import { gradeRun } from "./grade-run.ts";
import { RunJournal } from "./run-journal.ts";
import { RunReporter } from "./run-reporter.ts";
import { RunUnderWay } from "./run-under-way.ts";
import type { SessionResources } from "./session-resources.ts";

/** What became of a job: only `graded` wrote a result. */
export type SessionOutcome =
  | { readonly kind: "graded"; readonly score: number }
  /** The submission had ended, was cancelled, or another worker has taken the run over. */
  | { readonly kind: "superseded" };

/** How a run is ended from outside. */
export interface SessionSignals {
  /** At once: the worker shuts down, or BullMQ could not renew the lease. */
  readonly signal: AbortSignal;
  /** With a last checkpoint; `HandedOver` is thrown then. */
  readonly handOver: AbortSignal;
}

class LeaseLost extends Error {
  override readonly name = "LeaseLost";
}

/**
 * Runs one job: takes the run over, boots the guest or goes on from its last checkpoint, grades it,
 * writes the grade.
 *
 *   begin → take over → prepare → run → grade → finish
 *
 * What the guest does wrong is graded. An exception is the installation's failure: the run goes
 * back to the queue, which tries again.
 */
export async function runSession(
  job: GradingJob,
  resources: SessionResources,
  { signal, handOver }: SessionSignals,
): Promise<SessionOutcome> {
  const { redis, identity } = resources;
  const journal = await RunJournal.begin(redis, job.submission, identity);
  if (typeof journal === "string") {
    return { kind: "superseded" };
  }
  const abort = new AbortController();
  const stop = () => abort.abort(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  const lose = () => abort.abort(new LeaseLost("the run is no longer ours"));
  const reporter = new RunReporter(journal, lose, (error) => abort.abort(error));
  const checkpoints = new RunCheckpoints(resources.checkpoints.store, {
    name: job.submission,
    epoch: journal.epoch,
    labels: { assignment: job.assignment },
  });
  const began = performance.now();
  try {
    signal.throwIfAborted();
    const saved = journal.epoch > 1 ? await checkpoints.takeOver() : undefined;
    const run = new RunUnderWay({ job, resources, journal, reporter, checkpoints });
    const signals = { signal: abort.signal, handOver, onStale: lose };
    const { assignment, report, fromTemplate } = await run.toItsEnd(saved, signals);
    await reporter.close();
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
  } catch (error) {
    await reporter.close();
    if (error instanceof LeaseLost || (error instanceof BlobError && error.code === "stale")) {
      return { kind: "superseded" };
    }
    const reason = error instanceof Error ? error.message : String(error);
    await journal.interrupt(reason.split("\n", 1)[0] ?? reason).catch(() => {
      // The store is away too; the next run's `begin` says that this one is over.
    });
    throw error;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

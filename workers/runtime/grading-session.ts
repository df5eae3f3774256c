import type { Redis } from "ioredis";
import type { BlobStore } from "../../shared/blob/blob-store.ts";
import type { GradingJob } from "../../shared/protocol/grading-job.ts";
import type { Assignment } from "../../shared/schema/assignment.ts";
import { hiddenStepName, redactStep } from "../../shared/schema/redact-step.ts";
import type { Progress } from "../../shared/schema/submission.ts";
import { gradeRun, gradeStep, stepLabel } from "./grade-run.ts";
import { prepareRun } from "./prepare-run.ts";
import { runGuest } from "./run-guest.ts";
import { RunJournal } from "./run-journal.ts";
import { RunReporter } from "./run-reporter.ts";
import type { PcpuPool } from "./thread/pcpu-pool.ts";
import type { WorkerIdentity } from "./worker-identity.ts";

/** What became of a job: only `graded` wrote a result. */
export type SessionOutcome =
  | { readonly kind: "graded"; readonly score: number }
  /** The submission had ended, was cancelled, or another worker has taken the run over. */
  | { readonly kind: "superseded" };

export interface SessionResources {
  readonly redis: Redis;
  readonly blobs: BlobStore;
  readonly identity: WorkerIdentity;
  readonly pool: PcpuPool;
}

class LeaseLost extends Error {
  override readonly name = "LeaseLost";
}

/**
 * Runs one job: takes the run over, boots the guest, grades it, writes the grade.
 *
 *   begin → prepare → run → grade → finish
 *
 * What the guest does wrong is graded. An exception is the installation's failure: the run goes
 * back to the queue, which tries again.
 *
 * @param signal the worker shuts down, or BullMQ could not renew the lease
 */
export async function runSession(
  job: GradingJob,
  { redis, blobs, identity, pool }: SessionResources,
  signal: AbortSignal,
): Promise<SessionOutcome> {
  const journal = await RunJournal.begin(redis, job.submission, identity);
  if (typeof journal === "string") {
    return { kind: "superseded" };
  }
  const abort = new AbortController();
  const stop = () => abort.abort(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  const reporter = new RunReporter(
    journal,
    () => abort.abort(new LeaseLost("the run is no longer ours")),
    (error) => abort.abort(error),
  );
  const began = performance.now();
  try {
    signal.throwIfAborted();
    const { assignment, start } = await prepareRun(job, blobs);
    const report = await runGuest(pool, {
      start,
      signal: abort.signal,
      onMessage: (message) => {
        switch (message.type) {
          case "console":
            reporter.console(message.bytes);
            break;
          case "step": {
            const step = assignment.steps[message.index];
            if (step !== undefined && step.send === undefined) {
              const data = redactStep(gradeStep(step, message.index, message.report));
              reporter.event({ type: "step", data });
            }
            break;
          }
          case "progress":
            reporter.progress(progressOf(assignment, message.step, message.instructions));
            break;
        }
      },
    });
    await reporter.close();
    const elapsed = performance.now() - began;
    const result = gradeRun(assignment, report, {
      epoch: journal.epoch,
      worker: identity.name,
      runtime: identity.runtime,
      elapsed,
    });
    return (await journal.finish(result))
      ? { kind: "graded", score: result.score }
      : { kind: "superseded" };
  } catch (error) {
    await reporter.close();
    if (error instanceof LeaseLost) {
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

function progressOf(assignment: Assignment, index: number, instructions: number): Progress {
  const step = assignment.steps[index];
  const isHidden = step !== undefined && step.visibility !== "visible";
  const name = isHidden ? hiddenStepName : step && (step.name ?? stepLabel(step, index));
  const waitingFor = name ?? "the end";
  return { step: index, steps: assignment.steps.length, waitingFor, instructions };
}

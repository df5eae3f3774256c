import { context } from "@opentelemetry/api";
import type { GradingJob } from "../../shared/protocol/grading-job.ts";
import { RunCheckpoints } from "./checkpoint/run-checkpoints.ts";
import { RunJournal } from "./run-journal.ts";
import { RunReporter } from "./run-reporter.ts";
import { RunUnderWay } from "./run-under-way.ts";
import {
  breakSession,
  finishSession,
  isStillOurs,
  LeaseLost,
  type SessionOutcome,
  type SessionParts,
} from "./session-end.ts";
import type { SessionResources } from "./session-resources.ts";
import { RunTelemetry } from "./telemetry/run-telemetry.ts";

/** How a run is ended from outside. */
export interface SessionSignals {
  /** At once: the worker shuts down, or BullMQ could not renew the lease. */
  readonly signal: AbortSignal;
  /** With a last checkpoint; `HandedOver` is thrown then. */
  readonly handOver: AbortSignal;
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
  let run: RunUnderWay | undefined;
  const lose = () => {
    // One that is leaving may be another worker's by now, and still has pages to give.
    if (!run?.isStanding) abort.abort(new LeaseLost("the run is no longer ours"));
  };
  const reporter = new RunReporter(journal, lose, (error) => abort.abort(error));
  const checkpoints = new RunCheckpoints(
    resources.checkpoints.store,
    { name: job.submission, epoch: journal.epoch, labels: { assignment: job.assignment } },
    {
      isOurs: () => isStillOurs(reporter, abort.signal),
      onLeft: resources.checkpoints.left.add.bind(resources.checkpoints.left),
    },
  );
  const began = performance.now();
  const { epoch } = journal;
  const telemetry = new RunTelemetry({ job, epoch, identity, how: "booted" }, resources.metrics);
  resources.onTrace?.(telemetry.trace);
  const parts: SessionParts = { journal, reporter, checkpoints, telemetry };
  try {
    signal.throwIfAborted();
    const saved = journal.epoch > 1 ? await checkpoints.takeOver() : undefined;
    run = new RunUnderWay({ job, resources, ...parts });
    const signals = { signal: abort.signal, handOver, onStale: lose };
    const going = run;
    // So that what is said in the log meanwhile names the trace.
    const ended = await context.with(telemetry.trace.place, () => going.toItsEnd(saved, signals));
    return await finishSession(parts, ended, resources, began);
  } catch (error) {
    return await breakSession(parts, error);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

import { type SpanContext, trace } from "@opentelemetry/api";
import type { GradingJob } from "../../../shared/protocol/grading-job.ts";
import type { Stay } from "../../../shared/schema/run-exits.ts";
import type { StoredExits } from "../../../shared/schema/stored-exits.ts";
import { emitSpan } from "../../../shared/telemetry/otel/emit-span.ts";
import type { UnixMilliseconds } from "../../../shared/telemetry/otel/span-clock.ts";
import { submissionSpan } from "../../../shared/telemetry/otel/submission-span.ts";
import { wallTime } from "../../../shared/telemetry/wall-time.ts";
import { emitExits } from "./exit-spans.ts";

/** The part of a run that a worker had when it was lost, as it has told of it before. */
export interface LostStay {
  readonly told: Pick<StoredExits, "total" | "steps">;
  /** `to`: where the run goes on, for what was behind it is done again. */
  readonly stay: Stay & { readonly open: NonNullable<Stay["open"]> };
}

const milliseconds = 1e6;

export interface LostStayOptions {
  readonly job: Pick<GradingJob, "submission" | "trace">;
  /** Of the steps that were decided. */
  readonly states: readonly { readonly state: string }[];
  /** When the run was taken over: nobody knows when its worker died. */
  readonly until: UnixMilliseconds;
}

/**
 * Makes the spans that a lost worker could not make: its `vm.run`, in which its boot, its checkpoints and its
 * moves are already, and the steps that were decided there and count.
 */
export function emitLostStay(
  { told, stay }: LostStay,
  { job, states, until }: LostStayOptions,
): void {
  const submission = trace.getSpanContext(submissionSpan.placeOf(job.trace));
  if (!submission) return;
  const { from, to, epoch, worker, runtime, open } = stay;
  const own: SpanContext = { ...submission, spanId: open.span };
  const run = { "vm.run.id": job.submission };
  const parent = emitSpan({
    ...{ name: "vm.run", parent: submission, own, start: open.began, end: until },
    attributes: {
      ...{ ...run, "vm.run.epoch": epoch, "vm.worker.name": worker, "vm.runtime": runtime },
      ...{ "vm.run.outcome": "lost", "vm.instructions": to },
    },
  });
  // All of a run's time is accounted for, so its steps lie behind each other up to the last word about it.
  let end = open.told - wallTime(told.total.time) / milliseconds;
  for (const [index, { name, kind, atInstruction, report }] of told.steps.entries()) {
    const stretch = { start: Math.max(end, open.began), end: 0 };
    end += wallTime(report.time) / milliseconds;
    stretch.end = Math.min(Math.max(end, stretch.start), open.told);
    if (atInstruction <= from || atInstruction > to) continue;
    const attributes = {
      ...{ ...run, "vm.step.index": index, "vm.step.name": name, "vm.step.kind": kind },
      ...{ "vm.step.state": states[index]?.state ?? "passed", "vm.instructions": atInstruction },
    };
    const step = emitSpan({ name: "step", parent, ...stretch, attributes });
    const { slowest = [] } = told.total;
    emitExits({ run: job.submission, parent: step, ...stretch, rows: report.rows, slowest });
  }
}

import { context, trace } from "@opentelemetry/api";
import type { Assignment } from "../../../shared/schema/assignment.ts";
import type { ExitReport } from "../../../shared/schema/exit-report.ts";
import { redactStep } from "../../../shared/schema/redact-step.ts";
import type { RunExits } from "../../../shared/schema/run-exits.ts";
import { gradeStep } from "../grade-run.ts";
import { Departed, type GuestRun, HandedOver, type ReadableCheckpoint } from "../run-guest.ts";
import type { RunReport } from "../thread/thread-protocol.ts";
import { emitLostStay, type LostStay } from "./lost-stay.ts";
import { RunTrace, type RunTraceParts } from "./run-trace.ts";
import type { RunOutcome, WorkerMetrics } from "./worker-metrics.ts";

/**
 * What of a run on this worker becomes spans and metrics. Never throws, and nothing waits for it.
 */
export class RunTelemetry {
  readonly trace: RunTrace;
  readonly #metrics: WorkerMetrics;
  readonly #parts: RunTraceParts;
  readonly #began = performance.now();
  #exits: RunExits | undefined;
  #isCounted: boolean;
  #hasBegun = false;
  #hasLost = false;

  constructor(parts: RunTraceParts, metrics: WorkerMetrics) {
    this.#metrics = metrics;
    this.#parts = parts;
    // Where BullMQ has given the job its span is the place; else the submission is.
    const parent = trace.getActiveSpan() && context.active();
    this.trace = new RunTrace({ ...(parent && { parent }), ...parts });
    // What was counted elsewhere is counted there.
    this.#isCounted = parts.how === "booted";
  }

  /** It goes on from a checkpoint: what it did before was counted. */
  resumes(): void {
    this.#isCounted = false;
    this.#begins("checkpoint");
  }

  /** The worker that had it before is gone. @param states of the steps that were decided */
  lost(stay: LostStay, states: readonly { readonly state: string }[]): void {
    if (this.#hasLost) return;
    this.#hasLost = true;
    const { job } = this.#parts;
    emitLostStay(stay, { job, states, until: Math.max(stay.stay.open.told, this.trace.began) });
  }

  arrives(): void {
    this.#begins("migration");
  }

  /** What its thread says. */
  hear(message: Parameters<GuestRun["onMessage"]>[0], assignment: Assignment): void {
    if (message.type === "template-unusable") return;
    this.#begins(message.type === "from-template" ? "template" : "booted");
    if (message.type === "progress") this.trace.progress(message.instructions);
    if (message.type !== "step") return;
    const { index, report } = message;
    const step = assignment.steps[index];
    if (!step || report.state === "not-reached") return;
    const result = redactStep(gradeStep(step, index, report));
    this.trace.step(index, result, report.atInstruction ?? 0);
  }

  /** All that is known of its exits; again and again, and last before it ends. */
  exits(exits: RunExits): void {
    this.trace.exits(exits);
    if (exits.total.gauges) this.#metrics.gauges(this, exits.total.gauges);
    if (this.#exits || this.#isCounted) this.#metrics.exits(exits, this.#exits);
    this.#exits = exits;
  }

  /** @param keep stores it */
  async checkpoint(checkpoint: ReadableCheckpoint, keep: () => Promise<boolean>): Promise<boolean> {
    const since = performance.now();
    let isStored = false;
    try {
      isStored = await keep();
      return isStored;
    } finally {
      const { instructions, pages, pause } = checkpoint;
      this.#metrics.checkpoint(pages.length, pause, performance.now() - since, isStored);
      this.trace.checkpoint(this.trace.clock.at(since), {
        ...{ "vm.instructions": instructions, "vm.checkpoint.pages": pages.length },
        ...{ "vm.checkpoint.stored": isStored },
        ...(pause !== undefined && { "vm.checkpoint.pause": pause }),
      });
    }
  }

  /** @param report of a run that has come to its end here */
  ends(outcome: "graded" | "superseded", report: RunReport): void {
    if (!this.#exits) this.#countWhole(report);
    const { job } = this.#parts;
    if (outcome === "graded") {
      const latency = job.trace && this.trace.clock.now() - job.trace.since;
      this.#metrics.grades(report.end.kind, latency);
    }
    this.#end(outcome, report.end.kind);
  }

  /** It has not come to its end here. @param error undefined where it is another worker's */
  breaks(error: unknown): void {
    if (error === undefined) this.#end("superseded");
    else if (error instanceof Departed) this.#end("moved");
    else this.#end(error instanceof HandedOver ? "handed-over" : "failed");
  }

  #begins(how: Parameters<WorkerMetrics["begins"]>[0]): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    this.#metrics.begins(how);
    this.trace.boots(how);
  }

  #end(outcome: RunOutcome, end?: string): void {
    this.#metrics.gauges(this, undefined);
    this.#metrics.ends(outcome, performance.now() - this.#began);
    this.trace.end(outcome, end);
  }

  /** Of a run whose exits nobody has told of only the counts are known, when it ends. */
  #countWhole({ exits, instructions }: RunReport): void {
    const rows = Object.entries(exits).map(([category, count]) => ({ category, count }));
    const time = { guest: 0, monitor: 0, idle: 0, waiting: 0, paused: 0, driver: 0 };
    const total: ExitReport = { instructions, rows, time };
    const { job, epoch, identity } = this.#parts;
    this.#isCounted = true;
    this.exits({
      ...{ submission: job.submission, state: "ended", epoch, total },
      ...{ worker: identity.name, runtime: identity.runtime, steps: [], stays: [], moves: [] },
    });
  }
}

/**
 * The trace of a run, as far as it is on this worker: `vm.run` and what is in it
 * (`shared/telemetry/spans.ts`).
 *
 *     const trace = new RunTrace({ … });
 *     await context.with(trace.place, async () => { … });
 *     trace.end("graded");
 *
 * What happens is noted with its instant; most spans are made when the run ends here, when its exits are
 * known. Without telemetry nothing comes of it. Never throws, and waits for nothing.
 */
import { type Attributes, type Context, type SpanContext, trace } from "@opentelemetry/api";
import type { GradingJob } from "../../../shared/protocol/grading-job.ts";
import type { RunExits } from "../../../shared/schema/run-exits.ts";
import type { StepResult } from "../../../shared/schema/step-result.ts";
import { chosenIds } from "../../../shared/telemetry/otel/chosen-ids.ts";
import { emitSpan } from "../../../shared/telemetry/otel/emit-span.ts";
import { SpanClock, type UnixMilliseconds } from "../../../shared/telemetry/otel/span-clock.ts";
import { submissionSpan } from "../../../shared/telemetry/otel/submission-span.ts";
import type { WorkerIdentity } from "../worker-identity.ts";
import { DepartureTrace } from "./departure-trace.ts";
import { emitExits, type Stretch } from "./exit-spans.ts";
import type { RunOutcome, RunStart } from "./worker-metrics.ts";

export interface RunTraceParts {
  readonly job: GradingJob;
  readonly epoch: number;
  readonly identity: WorkerIdentity;
  readonly how: RunStart;
  /** What it is in; where it is not said, the submission. */
  readonly parent?: Context;
  /** Where it was chosen before. */
  readonly own?: SpanContext | undefined;
  /** The span `migration` by which it came. */
  readonly cameBy?: SpanContext | undefined;
}

/** Where a run's part of a trace is. */
interface RunMark {
  readonly span: string;
  readonly began: UnixMilliseconds;
  now(): UnixMilliseconds;
}

interface DecidedStep extends Stretch {
  readonly index: number;
  readonly attributes: Attributes;
}

export class RunTrace {
  readonly #parts: RunTraceParts;
  readonly #clock = new SpanClock();
  readonly #began: UnixMilliseconds;
  readonly #span;
  readonly #own: SpanContext;
  readonly #steps: DecidedStep[] = [];
  #how: RunStart;
  #stepBegan: UnixMilliseconds;
  #isBooting = true;
  #instructions = 0;
  #exits: RunExits | undefined;
  #endedAt: UnixMilliseconds | undefined;
  #stoodAt: UnixMilliseconds | undefined;
  /** What is done for the run is in this place. */
  readonly place: Context;

  constructor(parts: RunTraceParts) {
    this.#parts = parts;
    this.#how = parts.how;
    this.#began = this.#clock.now();
    this.#stepBegan = this.#began;
    const { job, epoch, identity, own, cameBy } = parts;
    const parent = parts.parent ?? submissionSpan.placeOf(job.trace);
    const make = () =>
      trace.getTracer("trapline").startSpan(
        "vm.run",
        {
          startTime: this.#began,
          links: cameBy ? [{ context: cameBy }] : [],
          attributes: {
            "vm.run.id": job.submission,
            "vm.run.epoch": epoch,
            "vm.worker.name": identity.name,
            "vm.runtime": identity.runtime,
          },
        },
        parent,
      );
    this.#span = own ? chosenIds.during(own, make) : make();
    this.#own = this.#span.spanContext();
    this.place = trace.setSpan(parent, this.#span);
  }

  /** Instant of `performance`, as the trace's clock has it. */
  get clock(): SpanClock {
    return this.#clock;
  }

  get began(): UnixMilliseconds {
    return this.#began;
  }

  /** Where it is, for whoever has to tell of it; undefined where nobody is told. */
  get mark(): RunMark | undefined {
    if (!this.#isTold) return undefined;
    return { span: this.#own.spanId, began: this.#began, now: () => this.#clock.now() };
  }

  /** The guest is on a thread: what comes now are its steps. @param how it has begun, if otherwise */
  boots(how = this.#how): void {
    if (!this.#isBooting) return;
    this.#isBooting = false;
    this.#how = how;
    const now = this.#clock.now();
    this.#stepBegan = now;
    if (how === "migration") return;
    this.#emit("boot", this.#began, now, { "vm.template.source": how });
  }

  /** A rubric step was decided. */
  step(index: number, { name, kind, state }: StepResult, instructions: number): void {
    const start = this.#stepBegan;
    const end = this.#clock.now();
    this.#stepBegan = end;
    this.#instructions = instructions;
    const attributes = {
      ...{ "vm.step.index": index, "vm.step.name": name, "vm.step.kind": kind },
      ...{ "vm.step.state": state, "vm.instructions": instructions },
    };
    this.#steps.push({ index, start, end, attributes });
  }

  progress(instructions: number): void {
    this.#instructions = instructions;
  }

  /** All that is known of the run's exits, here and before. */
  exits(exits: RunExits): void {
    this.#exits = exits;
  }

  checkpoint(since: UnixMilliseconds, attributes: Attributes): void {
    // One may still be written when the run has left.
    this.#emit("checkpoint", since, this.#endedAt ?? this.#clock.now(), attributes);
  }

  /** The guest stands still, for it is about to leave. */
  stands(): void {
    this.#stoodAt = this.#clock.now();
  }

  /** It is about to leave. Its span's place is known at once, so that the other side can say it. */
  departs(to: string, way: string): DepartureTrace {
    this.#stoodAt = undefined;
    const { job, identity } = this.#parts;
    return new DepartureTrace({
      ...{ run: job.submission, from: identity.name, to, way, parent: this.#own },
      now: () => Math.min(this.#clock.now(), this.#endedAt ?? Number.POSITIVE_INFINITY),
      stoodAt: () => this.#stoodAt,
    });
  }

  /** It is here no more. @param end how the guest ended, where it did */
  end(outcome: RunOutcome, end?: string): void {
    if (this.#endedAt !== undefined) return;
    const now = this.#clock.now();
    this.#endedAt = now;
    if (this.#isTold) {
      this.#emitSteps(outcome, now);
      this.#span.setAttributes({
        ...{ "vm.run.outcome": outcome, "vm.template.source": this.#how },
        ...{
          "vm.instructions": this.#instructions,
          ...(end !== undefined && { "vm.run.end": end }),
        },
      });
    }
    this.#span.end(now);
  }

  get #isTold(): boolean {
    return this.#span.isRecording();
  }

  #emitSteps(outcome: RunOutcome, now: UnixMilliseconds): void {
    const { job } = this.#parts;
    const exits = this.#exits;
    const slowest = exits?.total.slowest ?? [];
    for (const { index, start, end, attributes } of this.#steps) {
      const parent = this.#emit("step", start, end, attributes);
      const report = exits?.steps[index]?.report;
      emitExits({ run: job.submission, parent, start, end, rows: report?.rows ?? [], slowest });
    }
    const start = this.#stepBegan;
    const instructions = { "vm.instructions": this.#instructions };
    if (outcome === "graded") {
      const rows = restOf(exits);
      if (rows.length === 0) return;
      const parent = this.#emit("rest", start, now, instructions);
      emitExits({ run: job.submission, parent, start, end: now, rows, slowest });
    } else if (!this.#isBooting) {
      const open = { "vm.step.index": this.#steps.at(-1)?.index ?? -1, "vm.step.state": "open" };
      const index = Number(open["vm.step.index"]) + 1;
      const parent = this.#emit("step", start, now, {
        ...open,
        "vm.step.index": index,
        ...instructions,
      });
      emitExits({ run: job.submission, parent, start, end: now, rows: [], slowest });
    }
  }

  #emit(
    name: Parameters<typeof emitSpan>[0]["name"],
    start: UnixMilliseconds,
    end: UnixMilliseconds,
    attributes: Attributes,
  ): SpanContext {
    const run = { "vm.run.id": this.#parts.job.submission };
    return emitSpan({ name, parent: this.#own, start, end, attributes: { ...run, ...attributes } });
  }
}

/** What no decided step has of the run's exits. */
function restOf(exits: RunExits | undefined) {
  if (!exits) return [];
  const inSteps = (category: string) =>
    exits.steps.reduce((sum, { report }) => sum + (countIn(report.rows, category) ?? 0), 0);
  const isSplit = exits.steps.length > 0;
  return exits.total.rows.flatMap((row) => {
    const count = row.count - inSteps(row.category);
    if (count <= 0) return [];
    // The times of a part are not known where the rest of it is in steps.
    return [isSplit ? { category: row.category, count } : row];
  });
}

function countIn(rows: readonly { category: string; count: number }[], wanted: string) {
  return rows.find(({ category }) => category === wanted)?.count;
}

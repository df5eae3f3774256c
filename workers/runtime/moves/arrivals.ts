import { context, type SpanContext } from "@opentelemetry/api";
import { Job, type Worker } from "bullmq";
import type { Redis } from "ioredis";
import { type GradingJob, gradingJobSchema } from "../../../shared/protocol/grading-job.ts";
import { useTicket } from "../../../shared/protocol/migration-ticket.ts";
import { log } from "../../../shared/telemetry/log.ts";
import { chosenIds } from "../../../shared/telemetry/otel/chosen-ids.ts";
import { submissionSpan } from "../../../shared/telemetry/otel/submission-span.ts";
import { traceParent } from "../../../shared/telemetry/otel/trace-parent.ts";
import type { MigrationChannel } from "../../vmm/mod.ts";
import { type ArrivingRun, runArrival } from "../arriving-session.ts";
import { buildIdentity } from "../build-identity.ts";
import { type MoveOpening, sendWord } from "../migration/move-opening.ts";
import { Departed, HandedOver, NotArrived } from "../run-guest.ts";
import type { SessionOutcome } from "../session-end.ts";
import type { SessionResources } from "../session-resources.ts";
import type { ActiveRun, ActiveRuns } from "./active-runs.ts";
import { JobLease } from "./job-lease.ts";

export interface ArrivalsParts {
  readonly redis: Redis;
  readonly worker: string;
  readonly queue: Worker<GradingJob, SessionOutcome>;
  readonly runs: ActiveRuns;
  /** Why no run may come in now. @param mustGo its worker ends */
  refusal(mustGo: boolean): string | undefined;
  resourcesOf(run: ActiveRun): SessionResources;
  /** This worker ends. */
  readonly signal: AbortSignal;
  /** Milliseconds that a lease lasts. */
  readonly lease: number;
  /** How many runs are here that came in by themselves. */
  onCount(count: number): void;
  /** Whether an error means that the job goes back to the queue as it is. */
  isGivenBack(error: unknown): boolean;
}

/** Takes in the runs that come from other workers while they run. */
export class Arrivals {
  readonly #parts: ArrivalsParts;
  #count = 0;

  constructor(parts: ArrivalsParts) {
    this.#parts = parts;
  }

  /** Whoever has sent this is a worker; whether it may send this run here says its ticket. */
  receive(opening: MoveOpening, channel: MigrationChannel): void {
    this.#receive(opening, channel).catch((error: unknown) => {
      log.error(`${opening.run} is not graded here`, { error });
      channel.cut();
    });
  }

  #add(change: 1 | -1): void {
    this.#count += change;
    this.#parts.onCount(this.#count);
  }

  async #receive(opening: MoveOpening, channel: MigrationChannel): Promise<void> {
    const { redis, worker, queue, runs, refusal } = this.#parts;
    const { run, from, epoch, ticket: secret } = opening;
    const refuse = (why: string) => {
      sendWord(channel, { refusal: why });
      channel.close();
    };
    if (opening.to !== worker) return refuse(`this is ${worker}`);
    const isHere = runs.find(run) !== undefined;
    const why = isHere ? "the run is here" : refusal(opening.mustGo);
    if (why !== undefined) return refuse(why);
    // It counts from here on, so that no other one gets its place meanwhile.
    await runs.during(run, "", async (active) => {
      if (!(await useTicket(redis, { run, from, to: worker, epoch, secret }))) {
        return refuse("the ticket is not good");
      }
      const job = await Job.fromId<GradingJob, SessionOutcome>(queue, run);
      if (!job) return refuse("its job is gone");
      const own = placeBehind(opening.trace);
      const place = own && { trace: traceParent.write(own) };
      sendWord(channel, { build: buildIdentity(), ...place });
      this.#add(1);
      try {
        await context.with(submissionSpan.placeOf(job.data.trace), () =>
          this.#run(active, job, { opening, channel, own }),
        );
      } finally {
        this.#add(-1);
      }
    });
  }

  async #run(
    active: ActiveRun,
    job: Job<GradingJob, SessionOutcome>,
    { opening, channel, own }: Pick<ArrivingRun, "opening" | "channel" | "own">,
  ): Promise<void> {
    const { redis, resourcesOf, signal, lease: duration, isGivenBack } = this.#parts;
    active.began = performance.now() - opening.elapsed;
    let lease: Promise<JobLease | undefined> | undefined;
    const onArrived = (lose: () => void) => {
      const options = { duration, onLost: lose };
      lease = JobLease.take(redis, job, opening.lock, options).then((taken) => {
        if (taken) active.lock = taken.token;
        else lose();
        return taken;
      });
      lease.catch(() => lose());
    };
    const data = gradingJobSchema.parse(job.data);
    const arriving = { job: data, opening, channel, own, onArrived };
    const signals = { signal, handOver: active.handOverSignal };
    const settle = await runArrival(arriving, resourcesOf(active), signals).then(
      (outcome) => async (taken: JobLease) => {
        log.info(`${opening.run} ${outcome?.kind}`);
        if (!outcome) return;
        await taken.complete(outcome);
        if (outcome.kind !== "graded") return;
        const attributes = { "vm.score": outcome.score };
        submissionSpan.end(data.trace, { run: opening.run, state: "graded", attributes });
      },
      (error: unknown) => (taken: JobLease) => {
        if (error instanceof Departed) return taken.release();
        if (isOurs(error) || isGivenBack(error)) return taken.giveBack();
        return taken.fail(error instanceof Error ? error : new Error(String(error)));
      },
    );
    const taken = await lease?.catch(() => undefined);
    taken?.release();
    // Where the lease was lost the job is somebody else's, and so is what becomes of it.
    if (taken) {
      await Promise.resolve(settle(taken)).catch((error: unknown) => {
        log.error(`${opening.run}: its job is not ours any more: ${String(error)}`);
      });
    }
  }
}

/** A place for the run's span here, in the trace of the move by which it comes. */
function placeBehind(move: string | undefined): SpanContext | undefined {
  const place = traceParent.read(move);
  return place && { ...place, spanId: chosenIds.generateSpanId() };
}

/** No failure of the run: it was handed over by a checkpoint, or pages of it are lost on their way. */
function isOurs(error: unknown): boolean {
  return error instanceof HandedOver || error instanceof NotArrived;
}

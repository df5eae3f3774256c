import { context } from "@opentelemetry/api";
import { Queue, type QueueBaseOptions, QueueEvents } from "bullmq";
import type { Redis } from "ioredis";
import type { GradingJob } from "../../../shared/protocol/grading-job.ts";
import { gradingQueue } from "../../../shared/protocol/grading-queue.ts";
import type { SubmissionTrace } from "../../../shared/protocol/submission-trace.ts";
import { log } from "../../../shared/telemetry/log.ts";
import { submissionSpan } from "../../../shared/telemetry/otel/submission-span.ts";

/** How busy the queue is; `delayed` are jobs that wait for another attempt. */
export interface QueueLoad {
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  /** Age of the job that is taken next; 0 when none waits. */
  readonly oldestSeconds: number;
}

/**
 * The producer's side of the queue. Jobs are found by their submission's id.
 */
export class SubmissionQueue {
  readonly #queue: Queue<GradingJob>;
  readonly #events: QueueEvents;
  readonly #redis: Redis;

  /**
   * @param redis commands; fails fast while the server is away
   * @param blocking a connection of its own, because it waits inside a command
   * @param onGivenUp called when the queue will not try a job again
   * @param telemetry where it is traced
   */
  constructor(
    redis: Redis,
    blocking: Redis,
    onGivenUp: (submission: string, reason: string) => void,
    telemetry?: QueueBaseOptions["telemetry"],
  ) {
    const { name, prefix, jobOptions } = gradingQueue;
    this.#redis = redis;
    this.#queue = new Queue(name, {
      ...{ connection: redis, prefix, defaultJobOptions: jobOptions },
      ...(telemetry && { telemetry }),
    });
    this.#events = new QueueEvents(name, { connection: blocking, prefix });
    // BullMQ reports connection losses here and recovers by itself; unheard they end the process.
    this.#queue.on("error", (error) => log.error(`queue: ${error.message}`));
    this.#events.on("error", (error) => log.error(`queue events: ${error.message}`));
    this.#events.on("failed", ({ jobId, failedReason }) => onGivenUp(jobId, failedReason));
  }

  async add(job: GradingJob): Promise<void> {
    const options = { jobId: job.submission, ...(job.trace && { telemetry: placeOf(job.trace) }) };
    await context.with(submissionSpan.placeOf(job.trace), () =>
      this.#queue.add(gradingQueue.jobName, job, options),
    );
  }

  /** Takes a job out of the queue; one that is running stays and finds itself cancelled. */
  async remove(submission: string): Promise<void> {
    try {
      await this.#queue.remove(submission);
    } catch {
      // Locked by a worker: the epoch has moved on, so it cannot write.
    }
  }

  /** Jobs that are taken before this one; undefined when it does not wait. */
  async position(submission: string): Promise<number | undefined> {
    // BullMQ pushes on the left and takes from the right.
    const key = this.#queue.toKey("wait");
    const [index, length] = await Promise.all([
      this.#redis.lpos(key, submission),
      this.#redis.llen(key),
    ]);
    return index === null ? undefined : Math.max(0, length - 1 - index);
  }

  /** How much there is to do, and for how long the next job has waited already. */
  async load(): Promise<QueueLoad> {
    const [waiting, active, delayed, next] = await Promise.all([
      this.#redis.llen(this.#queue.toKey("wait")),
      this.#redis.llen(this.#queue.toKey("active")),
      this.#redis.zcard(this.#queue.toKey("delayed")),
      this.#redis.lindex(this.#queue.toKey("wait"), -1),
    ]);
    const since = next && (await this.#redis.hget(this.#queue.toKey(next), "timestamp"));
    // The clocks of two machines differ a little: no job waits for less than no time.
    const oldestSeconds = since ? Math.max(0, (Date.now() - Number(since)) / 1000) : 0;
    return { waiting, active, delayed, oldestSeconds };
  }

  /** Why the queue has given up on a job; undefined when it has not. */
  async givenUp(submission: string): Promise<string | undefined> {
    const job = await this.#queue.getJob(submission);
    const isFailed = job !== undefined && (await job.isFailed());
    return isFailed ? job.failedReason : undefined;
  }

  async close(): Promise<void> {
    await this.#events.close();
    await this.#queue.close();
  }
}

/** What takes the job is in the submission, not in what has put it there: that is over by then. */
function placeOf({ parent }: SubmissionTrace) {
  return { omitContext: true, metadata: JSON.stringify({ traceparent: parent }) };
}

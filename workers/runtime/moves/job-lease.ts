import type { Job } from "bullmq";
import type { Redis } from "ioredis";
import type { GradingJob } from "../../../shared/protocol/grading-job.ts";
import { gradingQueue } from "../../../shared/protocol/grading-queue.ts";
import type { SessionOutcome } from "../session-end.ts";

/**
 * KEYS lock; ARGV the token of the worker that the job comes from, ours, milliseconds. A lock that has
 * run out is taken, too: who has the run is decided by its epoch, and a job that somebody else has got
 * meanwhile is theirs to lock.
 */
const takeScript = `
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] and holder ~= ARGV[2] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1`;

/**
 * The lease on a job whose run came here by a live migration: BullMQ has given it to another worker, and
 * knows of no hand-over. The lock is a key with a token, which becomes ours; it is renewed, and the job
 * completed or given back, by BullMQ's own means for jobs that are processed by hand.
 */
export class JobLease {
  readonly token: string;
  readonly #job: Job<GradingJob, SessionOutcome>;
  readonly #timer: ReturnType<typeof setInterval>;

  private constructor(
    job: Job<GradingJob, SessionOutcome>,
    token: string,
    duration: number,
    onLost: () => void,
  ) {
    this.#job = job;
    this.token = token;
    this.#timer = setInterval(() => {
      // Away or not ours: what counts is whether the run's epoch still is.
      job.extendLock(token, duration).then(
        (isOurs) => isOurs === 1 || onLost(),
        () => undefined,
      );
    }, duration / 4);
  }

  /** @returns undefined where somebody else has the job now */
  static async take(
    redis: Redis,
    job: Job<GradingJob, SessionOutcome>,
    from: string,
    { duration, onLost }: { readonly duration: number; readonly onLost: () => void },
  ): Promise<JobLease | undefined> {
    const token = `moved:${crypto.randomUUID()}`;
    const { prefix, name } = gradingQueue;
    const key = `${prefix}:${name}:${job.id}:lock`;
    const isTaken = (await redis.eval(takeScript, 1, key, from, token, duration)) === 1;
    return isTaken ? new JobLease(job, token, duration, onLost) : undefined;
  }

  async complete(outcome: SessionOutcome): Promise<void> {
    this.release();
    await this.#job.moveToCompleted(outcome, this.token, false);
  }

  /** Tried again, as often as the queue says. */
  async fail(error: Error): Promise<void> {
    this.release();
    await this.#job.moveToFailed(error, this.token, false);
  }

  /** Before all others in the queue. */
  async giveBack(): Promise<void> {
    this.release();
    await this.#job.moveToWait(this.token);
  }

  /** The job is somebody else's to renew. */
  release(): void {
    clearInterval(this.#timer);
  }
}

import { setTimeout as sleep } from "node:timers/promises";
import { Queue } from "bullmq";
import { gradingQueue } from "../../shared/protocol/grading-queue.ts";
import type { TestService } from "./test-service.ts";

/** What can happen to a service that is not asked. */
export const strikeKinds = ["worker", "frozen", "redis", "api", "twice"] as const;

export type StrikeKind = (typeof strikeKinds)[number];

/**
 * Strikes at a service of tests:
 *
 *   worker   a worker is killed, and started again by whoever keeps it
 *   frozen   a worker stands still for longer than its lease lasts, and then goes on
 *   redis    Redis is killed, and comes back with its append-only file
 *   api      the API is killed, and comes back at its port
 *   twice    a job comes once more, beside the one that is under way
 *
 * All with SIGKILL: nobody can say goodbye.
 */
export class Strikes {
  /** How often each was done. */
  readonly done: Record<StrikeKind, number> = { worker: 0, frozen: 0, redis: 0, api: 0, twice: 0 };
  readonly #service: TestService;
  readonly #random: () => number;
  readonly #queue: Queue;
  readonly #frozen = new Set<number>();

  /** @param random numbers from 0 to 1 that decide who is struck */
  constructor(service: TestService, random: () => number) {
    this.#service = service;
    this.#random = random;
    this.#queue = new Queue(gradingQueue.name, {
      connection: { url: service.service.redisUrl },
      prefix: gradingQueue.prefix,
    });
    this.#queue.on("error", () => undefined);
  }

  /** @param submissions of which a job may come twice; @returns whether there was somebody to strike */
  async strike(kind: StrikeKind, submissions: readonly string[]): Promise<boolean> {
    const { service } = this.#service;
    const workers = service.workers.filter(({ pid }) => !this.#frozen.has(pid));
    const worker = workers[Math.floor(this.#random() * workers.length)];
    const isDone =
      kind === "worker"
        ? this.#kill(worker?.pid)
        : kind === "frozen"
          ? await this.#freeze(worker?.pid)
          : kind === "redis"
            ? this.#kill(service.redis?.pid)
            : kind === "api"
              ? this.#kill(service.api?.pid)
              : await this.#again(submissions[Math.floor(this.#random() * submissions.length)]);
    if (isDone) this.done[kind]++;
    return isDone;
  }

  async close(): Promise<void> {
    for (const pid of this.#frozen) process.kill(pid, "SIGCONT");
    await this.#queue.close();
  }

  #kill(pid: number | undefined): boolean {
    if (pid !== undefined) process.kill(pid, "SIGKILL");
    return pid !== undefined;
  }

  async #freeze(pid: number | undefined): Promise<boolean> {
    if (pid === undefined) return false;
    process.kill(pid, "SIGSTOP");
    this.#frozen.add(pid);
    await sleep(3000);
    this.#frozen.delete(pid);
    process.kill(pid, "SIGCONT");
    return true;
  }

  async #again(submission: string | undefined): Promise<boolean> {
    if (submission === undefined) return false;
    const job = await this.#queue.getJob(submission);
    if (job === undefined) return false;
    const jobId = `${submission}-again-${this.done.twice}`;
    await this.#queue.add(gradingQueue.jobName, job.data, { jobId });
    return true;
  }
}

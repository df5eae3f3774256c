import { setTimeout as sleep } from "node:timers/promises";
import { DelayedError, type Job, WaitingError } from "bullmq";
import type { Redis } from "ioredis";
import { gradingQueue } from "../../../shared/protocol/grading-queue.ts";

/** Milliseconds until a run is offered again that waits for another worker. */
const offerAgain = 100;

const waiting = `${gradingQueue.prefix}:${gradingQueue.name}:wait`;

/**
 * Gives back a job that another worker is to have. BullMQ compares the time at which a job is offered
 * again with the clock of whoever asks, and workers' clocks may differ by any amount; so
 *
 *   nothing else waits   the job goes back at once, which wakes the other worker, and this one looks away
 *   others wait          it steps aside for a moment by Redis' clock, and this worker takes the next one
 *
 * @throws WaitingError or DelayedError, which tell BullMQ
 */
export async function leaveToOther(redis: Redis, job: Job, token?: string): Promise<never> {
  if ((await redis.llen(waiting)) === 0) {
    await job.moveToWait(token);
    await sleep(offerAgain);
    throw new WaitingError();
  }
  const [seconds, microseconds] = await redis.time();
  const now = Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
  await job.moveToDelayed(now + offerAgain, token);
  throw new DelayedError();
}

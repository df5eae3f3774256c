import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Queue } from "bullmq";
import { expect, test } from "vitest";
import { gradingQueue } from "../../shared/protocol/grading-queue.ts";
import type { Submission } from "../../shared/schema/submission.ts";
import { startDurableRedis } from "./durable-redis.ts";
import { runOutcome, undisturbedOutcome } from "./run-outcome.ts";
import { startTestService, type TestService } from "./test-service.ts";
import { workingGuest } from "./working-guest.ts";

/**
 * What a cluster does to runs in a year; in `npm test` its short form, by `npm run chaos` the long one. What happens when is decided by a seed, but
 * not what each process is doing just then: that differs from run to run, and must not be seen.
 */
const seed = Number(process.env.TRAPLINE_CHAOS ?? 20_261_122);
const submissions = Number(process.env.TRAPLINE_CHAOS_RUNS ?? 5);
const kills = Number(process.env.TRAPLINE_CHAOS_KILLS ?? 6);
const isLong = submissions > 20;
const runtimes = isLong
  ? (["node", "deno", "node", "deno"] as const)
  : (["node", "deno", "node"] as const);
const guest = workingGuest(21);
const variables = { TRAPLINE_CHECKPOINT: "30000000" };

/** A small generator of numbers from 0 to 1. */
function randoms(start: number): () => number {
  let state = start;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Waits for the end also while the API has no Redis, and says that it cannot know. */
async function endOf(service: TestService, id: string): Promise<Submission> {
  for (;;) {
    const submission = await service.api.submission(id).catch(() => undefined);
    if (submission?.finishedAt !== undefined) return submission;
    await sleep(200);
  }
}

test(
  "killed workers, a killed Redis and jobs that come twice: each submission has one result, the undisturbed one",
  async () => {
    const reference = await undisturbedOutcome(guest);
    const redis = await startDurableRedis();
    const service = await startTestService(runtimes, variables, redis.url);
    const queue = new Queue(gradingQueue.name, {
      connection: { url: redis.url },
      prefix: gradingQueue.prefix,
    });
    queue.on("error", () => undefined);
    try {
      const random = randoms(seed);
      const ids: string[] = [];
      for (let index = 0; index < submissions; index++)
        ids.push(await service.submit("work", guest));
      for (let kill = 0; kill < kills; kill++) {
        await sleep(500 + 1500 * random());
        const workers = service.service.workers;
        const victim = workers[Math.floor(random() * workers.length)];
        if (victim) process.kill(victim.pid, "SIGKILL");
        if (kill === 1) await redis.killAndRestart();
        if (kill === 3) {
          const job = await queue.getJob(ids[0] ?? "");
          await queue.add(gradingQueue.jobName, job?.data, { jobId: `${ids[0]}-again` });
        }
      }
      let runs = 0;
      for (const id of ids) {
        const submission = await endOf(service, id);
        const told = runOutcome(submission, await service.events(id));
        expect(told, `${id} after ${submission.runs} runs`).toEqual(reference);
        runs += submission.runs;
      }
      if (isLong) console.log(`${submissions} submissions, ${kills} workers killed, ${runs} runs`);
    } finally {
      await queue.close();
      await service.stop();
      await redis.stop();
    }
  },
  isLong ? 3_600_000 : 300_000,
);

test("a store that takes no checkpoints costs no run anything", async () => {
  const reference = await undisturbedOutcome(guest);
  const service = await startTestService(["node", "deno"], variables);
  try {
    await mkdir(service.blobs, { recursive: true });
    await rm(join(service.blobs, "packs"), { recursive: true, force: true });
    await writeFile(join(service.blobs, "packs"), "in the way");
    const id = await service.submit("work", guest);
    const events = service.events(id);
    await service.until(id, ({ progress }) => (progress?.instructions ?? 0) > 100e6);
    const { worker } = await service.record(id);
    const pid = service.service.workers.find(({ name }) => name === worker)?.pid ?? 0;
    process.kill(pid, "SIGKILL");
    const submission = await service.ended(id);
    expect(runOutcome(submission, await events)).toEqual(reference);
    expect(submission.runs).toBe(2);
    expect(service.news.some((line) => line.includes("no checkpoint"))).toBe(true);
  } finally {
    await service.stop();
  }
});

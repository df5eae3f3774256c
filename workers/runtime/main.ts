import process from "node:process";
import { DelayedError, Worker } from "bullmq";
import { Redis } from "ioredis";
import { CheckpointStore } from "../../shared/blob/checkpoints/checkpoint-store.ts";
import { CodeStore } from "../../shared/blob/code-store.ts";
import { ObjectBlobs } from "../../shared/blob/object-blobs.ts";
import { openObjects } from "../../shared/blob/objects/open-objects.ts";
import { PageStore } from "../../shared/blob/pages/page-store.ts";
import { type GradingJob, gradingJobSchema } from "../../shared/protocol/grading-job.ts";
import { gradingQueue } from "../../shared/protocol/grading-queue.ts";
import { compiler } from "../host/compiler.ts";
import { AliveFile } from "./alive-file.ts";
import { readWorkerConfig, threadsOf } from "./config.ts";
import { runSession, type SessionOutcome } from "./grading-session.ts";
import { hostRuntime } from "./host-runtime.ts";
import { HandedOver } from "./run-guest.ts";
import { PcpuPool } from "./thread/pcpu-pool.ts";
import { WorkerCode } from "./worker-code.ts";

/**
 * The worker as a process, under Deno or Node. Configured by environment variables (`config.ts`);
 * prints `worker NAME ready` when it takes jobs; ends on SIGTERM or SIGINT.
 *
 * This thread holds the leases, guests run on the threads of a pool. The worker owns nothing that
 * must survive it.
 */
const config = readWorkerConfig((name) => process.env[name]);
const { name: runtime, spawn, spawnTranslation } = await hostRuntime();
const identity = { name: config.TRAPLINE_WORKER, runtime };

const redis = new Redis(config.REDIS_URL, { maxRetriesPerRequest: null });
redis.on("error", (error) => console.error("redis:", error.message));
const objects = await openObjects(config.TRAPLINE_BLOBS, (name) => process.env[name]);
const blobs = new ObjectBlobs(objects);
const checkpoints = {
  store: new CheckpointStore(new PageStore(objects)),
  every: config.TRAPLINE_CHECKPOINT === 0 ? undefined : config.TRAPLINE_CHECKPOINT,
};
const code = new WorkerCode(new CodeStore(objects));
const drain = new AbortController();
const shutdown = new AbortController();
const threads = threadsOf(config);
const memoryBytes = 2 ** 32;
const pool = new PcpuPool({
  ...{ compiler, spawn, threads, memoryBytes },
  // One thread compiles nothing twice, and is smaller on its own.
  translation: threads > 1 ? spawnTranslation(memoryBytes) : undefined,
  onLost: (reason) => {
    console.error(`worker: ${reason}; other workers take its runs over`);
    process.exit(1);
  },
});

class ShuttingDown extends Error {
  override readonly name = "ShuttingDown";
}

async function take(
  job: { data: GradingJob; moveToDelayed(timestamp: number, token?: string): Promise<void> },
  token?: string,
  signal?: AbortSignal,
): Promise<SessionOutcome> {
  const ends = signal === undefined ? [shutdown.signal] : [shutdown.signal, signal];
  const resources = { redis, blobs, identity, pool, checkpoints, code };
  const signals = { signal: AbortSignal.any(ends), handOver: drain.signal };
  try {
    return await runSession(gradingJobSchema.parse(job.data), resources, signals);
  } catch (error) {
    if (error instanceof ShuttingDown || error instanceof HandedOver) {
      // Back to the queue at once, without using up one of its attempts.
      await job.moveToDelayed(Date.now(), token);
      throw new DelayedError();
    }
    throw error;
  }
}

const worker = new Worker<GradingJob, SessionOutcome>(gradingQueue.name, take, {
  ...gradingQueue.workerOptions,
  connection: redis,
  prefix: gradingQueue.prefix,
  name: identity.name,
  concurrency: config.TRAPLINE_CONCURRENCY,
  lockDuration: config.TRAPLINE_LOCK,
  stalledInterval: config.TRAPLINE_STALLED,
});
worker.on("error", (error) => console.error("worker:", error.message));
worker.on("failed", (job, error) => {
  console.error(`${job?.id ?? "a job"} failed: ${error.message}`, error.cause ?? "");
});
worker.on("stalled", (id) => console.log(`${id} lost its worker and is queued again`));
worker.on("completed", (job, outcome) => console.log(`${job.id} ${outcome.kind}`));
worker.on("lockRenewalFailed", (ids) => {
  for (const id of ids) {
    worker.cancelJob(id, "the lease could not be renewed");
  }
});
await worker.waitUntilReady();
const alive =
  config.TRAPLINE_ALIVE === undefined ? undefined : new AliveFile(config.TRAPLINE_ALIVE);
console.log(`worker ${identity.name} ready (${runtime})`);

async function shutDown(): Promise<void> {
  // Other workers go on with the runs where they are now.
  drain.abort(new HandedOver(`${identity.name} is drained`));
  const late = setTimeout(
    () => shutdown.abort(new ShuttingDown("the worker shuts down")),
    config.TRAPLINE_GRACE,
  );
  await worker.close();
  clearTimeout(late);
  redis.disconnect();
  pool.abandon();
  alive?.remove();
}

let isEnding = false;

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  // Not `once`: a second SIGTERM (a cluster sends one behind its hook's) must not cut the end short.
  process.on(signal, () => {
    if (isEnding) return;
    isEnding = true;
    void shutDown();
  });
}

import process from "node:process";
import { DelayedError, type Job, WaitingError, Worker } from "bullmq";
import { Redis } from "ioredis";
import { CheckpointStore } from "../../shared/blob/checkpoints/checkpoint-store.ts";
import { CodeStore } from "../../shared/blob/code-store.ts";
import { ObjectBlobs } from "../../shared/blob/object-blobs.ts";
import { openObjects } from "../../shared/blob/objects/open-objects.ts";
import { PageStore } from "../../shared/blob/pages/page-store.ts";
import { type GradingJob, gradingJobSchema } from "../../shared/protocol/grading-job.ts";
import { gradingQueue } from "../../shared/protocol/grading-queue.ts";
import { runKeys } from "../../shared/protocol/run-keys.ts";
import type { WorkerCommand } from "../../shared/protocol/worker-command.ts";
import { compiler } from "../host/compiler.ts";
import { AliveFile } from "./alive-file.ts";
import { readWorkerConfig, threadsOf } from "./config.ts";
import { runSession, type SessionOutcome } from "./grading-session.ts";
import { hostRuntime } from "./host-runtime.ts";
import { ActiveRuns } from "./moves/active-runs.ts";
import { CheckpointHandOver } from "./moves/checkpoint-hand-over.ts";
import type { MoveRun } from "./moves/move-run.ts";
import { HandedOver } from "./run-guest.ts";
import { WorkerTemplates } from "./templates/worker-templates.ts";
import { PcpuPool } from "./thread/pcpu-pool.ts";
import { WorkerCode } from "./worker-code.ts";
import { WorkerPresence } from "./worker-presence.ts";

/**
 * The worker as a process, under Deno or Node. Configured by environment variables (`config.ts`);
 * prints `worker NAME ready` when it takes jobs; drains and ends on SIGTERM, SIGINT or when it is told
 * to: its runs go to other workers with what they have come to.
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
const templates = new WorkerTemplates(checkpoints.store, (line) => console.log(line));
const runs = new ActiveRuns();
const mover: MoveRun = new CheckpointHandOver(redis);
const shutdown = new AbortController();
const threads = threadsOf(config);
const memoryBytes = 2 ** 32;
const pool = new PcpuPool({
  ...{ compiler, spawn, threads, memoryBytes },
  templates: config.TRAPLINE_TEMPLATES,
  // One thread compiles nothing twice, and is smaller on its own.
  translation: threads > 1 ? spawnTranslation(memoryBytes) : undefined,
  onLost: (reason) => {
    console.error(`worker: ${reason}; other workers take its runs over`);
    process.exit(1);
  },
});
let isDraining = false;

class ShuttingDown extends Error {
  override readonly name = "ShuttingDown";
}

/** Milliseconds until a run is offered again that waits for another worker. */
const offerAgain = 100;

async function take(
  job: Job<GradingJob, SessionOutcome>,
  token?: string,
  signal?: AbortSignal,
): Promise<SessionOutcome> {
  const data = gradingJobSchema.parse(job.data);
  if (isDraining) return giveBack(job, token);
  const { place } = runKeys(data.submission);
  const wanted = await redis.get(place);
  if (wanted !== null && wanted !== identity.name) {
    await job.moveToDelayed(Date.now() + offerAgain, token);
    throw new DelayedError();
  }
  if (wanted !== null) await redis.del(place);
  const ends = signal === undefined ? [shutdown.signal] : [shutdown.signal, signal];
  return runs.during(data.submission, async (run) => {
    const resources = {
      ...{ redis, blobs, identity, pool, checkpoints, code, templates },
      onProgress: run.note.bind(run),
    };
    const signals = { signal: AbortSignal.any(ends), handOver: run.handOverSignal };
    try {
      return await runSession(data, resources, signals);
    } catch (error) {
      const isGivenBack = error instanceof ShuttingDown || error instanceof HandedOver;
      if (isGivenBack) return giveBack(job, token);
      throw error;
    }
  });
}

/** Before all others in the queue, and without using up one of the job's attempts. */
async function giveBack(job: Job<GradingJob, SessionOutcome>, token?: string): Promise<never> {
  await job.moveToWait(token);
  throw new WaitingError();
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
const startedAt = new Date().toISOString();
const presence = new WorkerPresence(redis, identity.name, {
  status: () => ({
    ...{ ...identity, threads, startedAt },
    state: isDraining ? "draining" : "ready",
    capacity: config.TRAPLINE_CONCURRENCY,
    runs: runs.all.flatMap(({ status }) => (status ? [status] : [])),
  }),
  onCommand: obey,
});
await presence.speak();
const alive =
  config.TRAPLINE_ALIVE === undefined ? undefined : new AliveFile(config.TRAPLINE_ALIVE);
console.log(`worker ${identity.name} ready (${runtime})`);

function obey(command: WorkerCommand): void {
  if (command.type === "drain") {
    void drain(new Map(command.moves.map(({ run, to }) => [run, to])));
    return;
  }
  const run = runs.find(command.move.run);
  if (run) void mover.move(run, command.move.to);
}

/** Takes no more jobs, gives all runs away and ends. */
async function drain(places: ReadonlyMap<string, string> = new Map()): Promise<void> {
  if (isDraining) return;
  isDraining = true;
  const closing = worker.close();
  const late = setTimeout(
    () => shutdown.abort(new ShuttingDown("the worker shuts down")),
    config.TRAPLINE_GRACE,
  );
  await Promise.all(runs.all.map((run) => mover.move(run, places.get(run.submission))));
  await closing;
  clearTimeout(late);
  await presence.leave();
  redis.disconnect();
  pool.abandon();
  // Last: whoever waits for the end of this worker looks whether the file is there.
  alive?.remove();
  console.log(`worker ${identity.name} is drained`);
}

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  // Not `once`: a second SIGTERM (a cluster sends one behind its hook's) must not cut the end short.
  process.on(signal, () => {
    void drain();
  });
}

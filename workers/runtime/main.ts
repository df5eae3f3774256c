import process from "node:process";
import { type Job, WaitingError, Worker } from "bullmq";
import { Redis } from "ioredis";
import { CheckpointStore } from "../../shared/blob/checkpoints/checkpoint-store.ts";
import { CodeStore } from "../../shared/blob/code-store.ts";
import { ObjectBlobs } from "../../shared/blob/object-blobs.ts";
import { openObjects } from "../../shared/blob/objects/open-objects.ts";
import { PageStore } from "../../shared/blob/pages/page-store.ts";
import { type GradingJob, gradingJobSchema } from "../../shared/protocol/grading-job.ts";
import { gradingQueue } from "../../shared/protocol/grading-queue.ts";
import { placeMilliseconds, runKeys } from "../../shared/protocol/run-keys.ts";
import type { WorkerCommand } from "../../shared/protocol/worker-command.ts";
import { workerKeys } from "../../shared/protocol/worker-keys.ts";
import { log } from "../../shared/telemetry/log.ts";
import { queueTelemetry } from "../../shared/telemetry/otel/queue-telemetry.ts";
import { submissionSpan } from "../../shared/telemetry/otel/submission-span.ts";
import { compiler } from "../host/compiler.ts";
import { AliveFile } from "./alive-file.ts";
import { LeftRoots } from "./checkpoint/left-roots.ts";
import { readWorkerConfig, threadsOf } from "./config.ts";
import { DebugHub } from "./debug/debug-hub.ts";
import { runSession } from "./grading-session.ts";
import { hostRuntime } from "./host-runtime.ts";
import { makeWorkerCertificate } from "./migration/worker-certificate.ts";
import { WorkerDoors } from "./migration/worker-doors.ts";
import { type ActiveRun, ActiveRuns } from "./moves/active-runs.ts";
import { Arrivals } from "./moves/arrivals.ts";
import { CheckpointHandOver } from "./moves/checkpoint-hand-over.ts";
import { leaveToOther } from "./moves/leave-to-other.ts";
import { LiveMove } from "./moves/live-move.ts";
import { MoveRate } from "./moves/move-rate.ts";
import type { MoveRun, MoveWish } from "./moves/move-run.ts";
import { openDoor } from "./moves/open-door.ts";
import type { PackingThread } from "./packing/packing-thread.ts";
import { Departed, HandedOver } from "./run-guest.ts";
import type { SessionOutcome } from "./session-end.ts";
import type { SessionResources } from "./session-resources.ts";
import { shortenLeases } from "./shorten-leases.ts";
import { startWorkerTelemetry } from "./telemetry/start-worker-telemetry.ts";
import { WorkerTemplates } from "./templates/worker-templates.ts";
import { PcpuPool } from "./thread/pcpu-pool.ts";
import { LastingTranslation } from "./translation/lasting-translation.ts";
import { untilRedisIsLost } from "./until-redis-is-lost.ts";
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
/** What a signal does: who has taken nothing yet has nothing to give away, and may wait for Redis. */
let end: () => unknown = () => process.exit(0);
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  // Not `once`: a second SIGTERM (a cluster sends one behind its hook's) must not cut the end short.
  process.on(signal, () => end());
}
const { name: runtime, spawn, spawnTranslation, spawnPacking } = await hostRuntime();
const identity = { name: config.TRAPLINE_WORKER, runtime };

const runs = new ActiveRuns();
const threads = threadsOf(config);
const { sdk: telemetry, metrics } = await startWorkerTelemetry(
  config,
  identity,
  (name) => process.env[name],
  () => ({
    ...{ capacity: config.TRAPLINE_CONCURRENCY, threads, runs: runs.all.length },
    running: runs.all.filter(({ guest }) => guest !== undefined).length,
  }),
);
const redis = new Redis(config.REDIS_URL, { maxRetriesPerRequest: null });
redis.on("error", (error) => log.error(`redis: ${error.message}`));
const objects = await openObjects(config.TRAPLINE_BLOBS, (name) => process.env[name]);
const blobs = new ObjectBlobs(objects);
const checkpointStore = new CheckpointStore(new PageStore(objects));
const checkpoints = {
  store: checkpointStore,
  left: new LeftRoots(checkpointStore),
  every: config.TRAPLINE_CHECKPOINT === 0 ? undefined : config.TRAPLINE_CHECKPOINT,
};
const templates = new WorkerTemplates(
  checkpoints.store,
  (line) => log.info(line),
  (outcome) => metrics.template(outcome),
);
const debuggers =
  config.TRAPLINE_DEBUG === 0
    ? undefined
    : new DebugHub(redis, identity.name, config.TRAPLINE_DEBUG);
const certificate = makeWorkerCertificate();
const doors = new WorkerDoors(redis);
/** A run that does not come to its last round has more and more of its time taken. */
const mostRounds = 10;
const moveRate = new MoveRate();
let packing: PackingThread | undefined;
const mover: MoveRun = new LiveMove({
  ...{ redis, certificate, doors, worker: identity.name },
  otherwise: new CheckpointHandOver(redis),
  limits: { downtime: config.TRAPLINE_DOWNTIME, mostRounds },
  bytesPerSecond: config.TRAPLINE_BANDWIDTH === 0 ? undefined : config.TRAPLINE_BANDWIDTH,
  packing: () => {
    packing ??= spawnPacking(() => {
      packing = undefined;
    });
    return packing;
  },
  onMove: (move) => {
    metrics.move(move);
    if (move.way === "precopy" && move.figures) moveRate.learn(move.figures);
  },
});
const shutdown = new AbortController();
const memoryBytes = 2 ** 32;
// One thread compiles nothing twice, and is smaller on its own.
const translation =
  threads > 1
    ? new LastingTranslation(spawnTranslation, memoryBytes, (line) => log.error(line))
    : undefined;
const code = new WorkerCode(new CodeStore(objects), translation);
const pool = new PcpuPool({
  ...{ compiler, spawn, threads, memoryBytes, translation },
  templates: config.TRAPLINE_TEMPLATES,
  onTranslationProblem: ({ address, problem, isLast }) => {
    const more = isLast ? "; of more such code on this thread nothing is said" : "";
    log.warn(`code at 0x${address.toString(16)} stays interpreted: ${problem}${more}`);
  },
  onLost: (reason) => {
    log.error(`worker: ${reason}; other workers take its runs over`);
    process.exit(1);
  },
});
let isDraining = false;
/** When a drain is to be over, by the clock of `performance`. */
let late: { readonly timer: NodeJS.Timeout; readonly at: number } | undefined;
/** Orders of a drain that came from outside. */
const places = Promise.withResolvers<ReadonlyMap<string, MoveWish>>();

class ShuttingDown extends Error {
  override readonly name = "ShuttingDown";
}

/** Milliseconds that a worker that was told to end waits for places for its runs, and between looks. */
const placesPatience = 5000;
const listenInterval = 50;
/** Milliseconds that runs have to leave where somebody has ordered a drain, at the least. */
const orderedGrace = 60_000;
/** Milliseconds within which Redis has to answer a worker that wants to end. */
const goodbye = 2000;
/** So many times its usual runs a worker takes when another one ends: they take turns. */
const drainFactor = 2;

async function take(
  job: Job<GradingJob, SessionOutcome>,
  token?: string,
  signal?: AbortSignal,
): Promise<SessionOutcome> {
  const data = gradingJobSchema.parse(job.data);
  if (isDraining) return giveBack(job, token);
  // Runs that came in by themselves are none of the queue's.
  if (runs.all.length >= config.TRAPLINE_CONCURRENCY || runs.find(data.submission)) {
    return leaveToOther(redis, job, token);
  }
  const { place } = runKeys(data.submission);
  const [wanted, reserved] = await Promise.all([redis.get(place), redis.pttl(place)]);
  // One that lasts longer than any is given comes of a clock that was set back.
  if (wanted !== null && wanted !== identity.name && reserved <= placeMilliseconds) {
    return leaveToOther(redis, job, token);
  }
  if (wanted !== null) await redis.del(place);
  const ends = signal === undefined ? [shutdown.signal] : [shutdown.signal, signal];
  return runs.during(data.submission, token ?? "", async (run) => {
    const signals = { signal: AbortSignal.any(ends), handOver: run.handOverSignal };
    run.renew = () => {
      job.extendLock(token ?? "", config.TRAPLINE_LOCK).catch(() => undefined);
    };
    try {
      return await runSession(data, resourcesOf(run), signals);
    } catch (error) {
      const isGivenBack = error instanceof ShuttingDown || error instanceof HandedOver;
      if (isGivenBack) return giveBack(job, token);
      // The job has gone with its run: it is not this worker's any more, whatever becomes of it.
      if (error instanceof Departed) throw new WaitingError();
      throw error;
    }
  });
}

function resourcesOf(run: ActiveRun): SessionResources {
  return {
    ...{ redis, blobs, identity, pool, checkpoints, code, templates, metrics, moveRate, debuggers },
    onTrace: (trace) => {
      run.trace = trace;
    },
    onProgress: run.note.bind(run),
    onEnded: () => {
      run.hasEnded = true;
    },
    onGuest: (guest) => {
      run.guest = guest;
      // So that it is long enough for whoever takes it over.
      guest.onStanding = () => {
        run.renew?.();
        run.trace?.stands();
      };
      runs.onChange?.();
    },
  };
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
  // Not before all that a run needs is there.
  autorun: false,
  lockDuration: config.TRAPLINE_LOCK,
  stalledInterval: config.TRAPLINE_STALLED,
  ...(telemetry.hasTraces && { telemetry: queueTelemetry() }),
});
worker.on("error", (error) => log.error(`worker: ${error.message}`));
worker.on("failed", (job, error) => {
  log.error(`${job?.id ?? "a job"} failed: ${error.message}`, { error: error.cause });
});
worker.on("stalled", (id) => log.info(`${id} lost its worker and is queued again`));
worker.on("completed", ({ id: run = "", data }, outcome) => {
  log.info(`${run} ${outcome.kind}`);
  if (outcome.kind !== "graded") return;
  const attributes = { "vm.score": outcome.score };
  // Behind the span of what has taken the job: that is in this one.
  setTimeout(() => submissionSpan.end(data.trace, { run, state: "graded", attributes }));
});
worker.on("lockRenewalFailed", (ids) => {
  for (const id of ids) {
    // Of a run that is leaving the lease is another worker's already.
    if (!runs.find(id)?.guest?.isStanding) {
      worker.cancelJob(id, "the lease could not be renewed");
    }
  }
});
await worker.waitUntilReady();
const arrivals = new Arrivals({
  ...{ redis, worker: identity.name, queue: worker, runs, resourcesOf },
  refusal: (mustGo) => {
    if (isDraining) return "it is draining";
    const most = config.TRAPLINE_CONCURRENCY * (mustGo ? drainFactor : 1);
    return runs.all.length >= most ? "it is full" : undefined;
  },
  signal: shutdown.signal,
  lease: config.TRAPLINE_LOCK,
  isGivenBack: (error) => error instanceof ShuttingDown,
  onCount: (count) => void fitQueue(count),
});
const door = await openDoor(config, { redis, certificate, doors, arrivals });
const startedAt = new Date().toISOString();
const presence = new WorkerPresence(redis, identity.name, {
  status: () => ({
    ...{ ...identity, threads, startedAt },
    state: isDraining ? "draining" : "ready",
    capacity: config.TRAPLINE_CONCURRENCY,
    ...runs.status,
    ...(debuggers && { debugs: true }),
    ...(door && { door: door.place }),
  }),
  onCommand: obey,
});
runs.onChange = () => void presence.speak();
const leases = setInterval(() => {
  shortenLeases(redis, config.TRAPLINE_LOCK, config.TRAPLINE_STALLED).catch((error: unknown) =>
    log.error(`leases: ${error instanceof Error ? error.message : String(error)}`),
  );
}, config.TRAPLINE_STALLED);
const leftovers = setInterval(() => void checkpoints.left.retry(), config.TRAPLINE_STALLED);
const alive =
  config.TRAPLINE_ALIVE === undefined ? undefined : new AliveFile(config.TRAPLINE_ALIVE);
end = () => void drain(false);
worker.run().catch((error: unknown) => log.error("worker", { error }));
await presence.speak();
if (!isDraining) log.info(`worker ${identity.name} ready (${runtime})`);

/** The queue gives this worker no more runs than there is room for beside those that came otherwise. */
async function fitQueue(arrived: number): Promise<void> {
  const free = config.TRAPLINE_CONCURRENCY - arrived;
  if (free > 0) {
    worker.concurrency = free;
    worker.resume();
  } else await worker.pause(true);
}

function obey(command: WorkerCommand): void {
  if (command.type === "drain") {
    places.resolve(new Map(command.moves.map((move) => [move.run, move])));
    void drain(true);
    return;
  }
  const run = runs.find(command.move.run);
  if (run) void mover.move(run, command.move, false);
}

/** Asks for places for all runs; there may be nobody who answers. */
async function findPlaces(): Promise<ReadonlyMap<string, MoveWish>> {
  if (runs.all.length === 0) return new Map();
  const patience = Math.min(placesPatience, config.TRAPLINE_GRACE / 4);
  const late = new Promise<ReadonlyMap<string, MoveWish>>((resolve) => {
    setTimeout(() => resolve(new Map()), patience);
  });
  const listening = setInterval(() => void presence.speak(), listenInterval);
  const ask = async () => {
    // Said first, so that no run is sent here meanwhile.
    await presence.speak();
    await redis.rpush(workerKeys.drains, identity.name);
    return places.promise;
  };
  try {
    return await Promise.race([ask(), late]);
  } catch {
    return new Map();
  } finally {
    clearInterval(listening);
  }
}

/** Runs that have not left by then go back to their last checkpoint; the earliest word counts. */
function endWithin(milliseconds: number): void {
  const at = performance.now() + milliseconds;
  if (late && late.at <= at) return;
  clearTimeout(late?.timer);
  const end = () => shutdown.abort(new ShuttingDown("the worker shuts down"));
  late = { timer: setTimeout(end, milliseconds), at };
}

/** Takes no more jobs, gives all runs away and ends. */
async function drain(isOrdered: boolean): Promise<void> {
  const { TRAPLINE_GRACE: grace } = config;
  // Whoever sends a signal may kill soon; whoever orders a drain waits for its end.
  if (!isOrdered || !isDraining) endWithin(isOrdered ? Math.max(grace, orderedGrace) : grace);
  if (isDraining) return;
  isDraining = true;
  door?.close();
  const over = new AbortController();
  const lost = untilRedisIsLost({
    ...{ redis, patience: goodbye, signal: over.signal },
    // It may come back while runs could still be given away.
    isWaitedFor: () => runs.all.length > 0 && !shutdown.signal.aborted,
  });
  const isLost = await Promise.race([giveAllAway(isOrdered).then(() => false), lost]);
  over.abort();
  clearTimeout(late?.timer);
  clearInterval(leases);
  clearInterval(leftovers);
  debuggers?.close();
  redis.disconnect();
  pool.abandon();
  // Under Deno a thread keeps its process.
  await Promise.all([packing?.terminate(), translation?.terminate()]);
  const isFlushed = await telemetry.stop();
  // Last: whoever waits for the end of this worker looks whether the file is there.
  alive?.remove();
  const how = isLost ? "ends: Redis is away, and leases run out by themselves" : "is drained";
  log.info(`worker ${identity.name} ${how}`);
  // A collector that hangs keeps its connection open, and a queue without Redis is never closed.
  if (!isFlushed || isLost) process.exit(0);
}

async function giveAllAway(isOrdered: boolean): Promise<void> {
  const closing = worker.close();
  const wishes = await (isOrdered ? places.promise : findPlaces());
  await Promise.all(runs.all.map((run) => mover.move(run, wishes.get(run.submission) ?? {}, true)));
  await closing;
  await checkpoints.left.retry();
  await presence.leave();
}

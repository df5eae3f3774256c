import { z } from "zod";
import { gradingQueue } from "../../shared/protocol/grading-queue.ts";
import { workerName } from "../../shared/schema/worker-status.ts";

const { lockDuration, stalledInterval } = gradingQueue.workerOptions;

const configSchema = z.object({
  REDIS_URL: z.url({ protocol: /^rediss?$/ }),
  /** Directory of the blob store; the worker only reads it. */
  TRAPLINE_BLOBS: z.string().min(1),
  TRAPLINE_WORKER: workerName().default(`worker-${crypto.randomUUID().slice(0, 8)}`),
  /** Guests at the same time. Threads have them in turns where there are fewer threads. */
  TRAPLINE_CONCURRENCY: z.coerce.number().int().min(1).max(64).default(1),
  /** Threads that guests run on; each keeps one core busy. */
  TRAPLINE_THREADS: z.coerce.number().int().min(1).max(31).optional(),
  /** Milliseconds that a lease lasts when it is not renewed. */
  TRAPLINE_LOCK: z.coerce.number().int().min(1000).default(lockDuration),
  /** Milliseconds between two looks for runs whose worker is gone. */
  TRAPLINE_STALLED: z.coerce.number().int().min(500).default(stalledInterval),
  /** Steps of a machine between two checkpoints of its run; 0: none are made. */
  TRAPLINE_CHECKPOINT: z.coerce.number().int().min(0).default(200_000_000),
  /** Templates that each thread keeps in memory. */
  TRAPLINE_TEMPLATES: z.coerce.number().int().min(0).max(64).default(4),
  /** Milliseconds that checkpoints may take after SIGTERM before runs go back without them. */
  TRAPLINE_GRACE: z.coerce.number().int().min(0).default(10_000),
  /** HOST:PORT to listen on for runs of other workers; empty: runs move by checkpoints only. */
  TRAPLINE_MIGRATION: z
    .string()
    .regex(/^(\S+:\d{1,5})?$/)
    .optional(),
  /**
   * Under which other workers reach that port. Else the host that is listened on; where that is every
   * address, the one by which this worker reaches Redis.
   */
  TRAPLINE_MIGRATION_HOST: z.string().min(1).max(255).optional(),
  /** Milliseconds that a guest may stand still for a move. */
  TRAPLINE_DOWNTIME: z.coerce.number().min(0).default(20),
  /** Bytes per second that a move may take of the network while its guest runs; 0: all. */
  TRAPLINE_BANDWIDTH: z.coerce.number().int().min(0).default(0),
  /** Milliseconds that debuggers may hold one run in all; 0: none may. */
  TRAPLINE_DEBUG: z.coerce.number().int().min(0).default(600_000),
  /** File to write signs of life to, for a probe; its folder must exist. */
  TRAPLINE_ALIVE: z.string().min(1).optional(),
  /** What lines of the log are: sentences, or JSON objects. */
  TRAPLINE_LOG: z.enum(["text", "json"]).default("text"),
  /** HOST:PORT at which Prometheus can fetch metrics; empty: nowhere (`telemetry-settings.ts`). */
  TRAPLINE_METRICS: z.string().optional(),
});

export type WorkerConfig = z.infer<typeof configSchema>;

export type WorkerVariable = keyof WorkerConfig;

/**
 * @param read one environment variable: asked for by name, so that Deno needs no right to list them
 * @throws Error with one line for each variable that is missing or wrong
 */
export function readWorkerConfig(read: (name: WorkerVariable) => string | undefined): WorkerConfig {
  const names = Object.keys(configSchema.shape) as WorkerVariable[];
  const result = configSchema.safeParse(
    Object.fromEntries(names.map((name) => [name, read(name)])),
  );
  if (!result.success) {
    const lines = result.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
    throw new Error(`The worker cannot start.\n${lines.join("\n")}`);
  }
  return result.data;
}

/** How many threads guests run on: where it is not said, as many as there are cores to keep busy. */
export function threadsOf({ TRAPLINE_THREADS, TRAPLINE_CONCURRENCY }: WorkerConfig): number {
  const { hardwareConcurrency } = globalThis.navigator;
  const most = TRAPLINE_THREADS ?? Math.min(hardwareConcurrency, 31);
  // More threads than guests would be there for nothing.
  return Math.min(most, TRAPLINE_CONCURRENCY);
}

import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { UsageFailure } from "../usage-failure.ts";
import { freePorts } from "./free-ports.ts";
import { KeptProcess } from "./kept-process.ts";
import { apiPlan } from "./serve-api.ts";
import type { ProcessPlan, ServedProcess } from "./serve-process.ts";
import { redisPlan } from "./serve-redis.ts";
import { type WorkerRuntime, workerPlan } from "./serve-worker.ts";

export interface ServiceOptions {
  /** Of all workers, or of one after the other. */
  readonly runtime: WorkerRuntime | readonly WorkerRuntime[];
  readonly workers: number;
  /** 0 takes a free one. */
  readonly port: number;
  /** Keeps data here; without it, in a temporary folder that goes away with the service. */
  readonly data?: string | undefined;
  /** A Redis that runs already; without it, one of our own. */
  readonly redisUrl?: string | undefined;
  readonly assignments?: string | undefined;
  /** Where files and checkpoints are, as `TRAPLINE_BLOBS`; without it, below `data`. */
  readonly store?: string | undefined;
  /** Whether metrics can be fetched from API and workers, each at a port of its own. */
  readonly metrics?: boolean;
  /** Further variables for API and workers. */
  readonly variables?: Readonly<Record<string, string>>;
  /** One line of news: from a process, or about one. */
  readonly onNews: (line: string) => unknown;
  /** Where and as what a process is started: in a namespace of its own, with a limit; as it is said. */
  readonly launch?: (plan: ProcessPlan) => ProcessPlan;
  /** Milliseconds of life after which a process' end does not count as one more in a row. */
  readonly calm?: number;
}

/** The whole service on this machine. */
export interface RunningService {
  readonly apiUrl: string;
  readonly redisUrl: string;
  /** Where metrics can be fetched: first the API's, then each worker's. */
  readonly metrics: readonly string[];
  /** Workers that run now; one that dies is replaced. */
  readonly workers: readonly ServedProcess[];
  /** Undefined between its end and its next start. */
  readonly api: ServedProcess | undefined;
  /** Our own; undefined also where there was one already. */
  readonly redis: ServedProcess | undefined;
  /** Resolves with a reason when a part without which nothing works has ended. */
  readonly broken: Promise<string>;
  /** Ends all processes, workers first, and removes the temporary folder. */
  stop(): Promise<void>;
}

const patience = 10_000;
const workerPrefix = "worker-";
const calmAfter = 10_000;
/** Ends in a row of a part without which nothing works. */
const mostEnds = 5;

/**
 * Starts Redis, the API and the workers; what was started is ended again if one of them fails. A process
 * that ends later is started again: workers for ever, the API and a Redis that has all in a file a few
 * times. A Redis without a file has lost everything, and the service ends.
 *
 * @throws UsageFailure
 */
export async function startService(options: ServiceOptions): Promise<RunningService> {
  const { onNews, calm = calmAfter, launch = (plan) => plan } = options;
  const temporary =
    options.data === undefined ? await mkdtemp(join(tmpdir(), "trapline-")) : undefined;
  const data = resolve(temporary ?? options.data ?? "");
  const blobs = options.store ?? join(data, "blobs");
  const news = (name: string) => (line: string) => onNews(`${name}: ${line}`);
  const workers: KeptProcess[] = [];
  const others: KeptProcess[] = [];
  const started = async (list: KeptProcess[], one: Promise<KeptProcess>): Promise<KeptProcess> => {
    const process = await one;
    list.push(process);
    return process;
  };

  const stop = async () => {
    await Promise.all(workers.map((worker) => worker.stop(patience)));
    for (const process of others.toReversed()) {
      await process.stop(patience);
    }
    if (temporary !== undefined) {
      await rm(temporary, { recursive: true, force: true });
    }
  };

  try {
    const credentials = storeCredentials(options, blobs);
    if (options.store === undefined) await mkdir(blobs, { recursive: true });
    const ours =
      options.redisUrl === undefined
        ? await redisPlan(join(data, "redis"), temporary === undefined)
        : undefined;
    const redis =
      ours &&
      (await started(
        others,
        KeptProcess.start({
          ...{ name: "redis", plan: () => launch(ours.plan), calm, onNews },
          patience: temporary === undefined ? mostEnds : 0,
        }),
      ));
    const redisUrl = options.redisUrl ?? ours?.url ?? "";
    const variables = { ...credentials, ...options.variables };
    // Chosen before, so that each worker may reach these and no other ones.
    const { ports, shown } = await choosePorts(options);
    const api = await started(
      others,
      KeptProcess.start({
        ...{ name: "api", calm, patience: mostEnds, onNews },
        plan: (first) =>
          launch(
            apiPlan(
              {
                ...{ redisUrl, blobs, variables, metrics: shown[0] },
                port: first ? Number(new URL(first.readyMatch[1] ?? "").port) : options.port,
                assignments: options.assignments && resolve(options.assignments),
              },
              news("api"),
            ),
          ),
      }),
    );

    const place = { redisUrl, blobs, variables: { TRAPLINE_GRACE: "2000", ...variables } };
    const runtimes = [options.runtime].flat();
    const starts = await Promise.allSettled(
      Array.from({ length: options.workers }, (_, index) => {
        const name = `${workerPrefix}${index + 1}`;
        const runtime = runtimes[index % runtimes.length] ?? "node";
        const doors = { own: ports[index] ?? 0, all: ports };
        const metrics = shown[index + 1];
        const plan = () =>
          launch(workerPlan(runtime, name, { ...place, doors, metrics }, news(name)));
        const kept = KeptProcess.start({ name, plan, calm, patience: "for ever", onNews });
        return started(workers, kept);
      }),
    );
    const failure = starts.find((start) => start.status === "rejected");
    if (failure !== undefined) throw failure.reason;

    return {
      apiUrl: api.readyMatch[1] ?? "",
      redisUrl,
      metrics: shown.map((port) => `http://127.0.0.1:${port}/metrics`),
      get workers() {
        return workers.flatMap(({ now }) => now ?? []);
      },
      get api() {
        return api.now;
      },
      get redis() {
        return redis?.now;
      },
      broken: Promise.race(others.map(({ givenUp }) => givenUp)),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** @returns ports for runs that move, and those for metrics: the API's and the workers' */
async function choosePorts({ workers, metrics = false }: ServiceOptions): Promise<{
  readonly ports: readonly number[];
  readonly shown: readonly number[];
}> {
  const all = await freePorts(workers + (metrics ? workers + 1 : 0));
  return { ports: all.slice(0, workers), shown: all.slice(workers) };
}

/** @throws UsageFailure where workers would have to look for credentials, and may not */
function storeCredentials(
  { runtime, variables = {} }: ServiceOptions,
  blobs: string,
): Readonly<Record<string, string>> {
  if (!blobs.startsWith("s3://")) return {};
  const { TRAPLINE_S3_KEY, TRAPLINE_S3_SECRET } = { ...process.env, ...variables };
  if (TRAPLINE_S3_KEY !== undefined && TRAPLINE_S3_SECRET !== undefined) {
    return { TRAPLINE_S3_KEY, TRAPLINE_S3_SECRET };
  }
  if (![runtime].flat().includes("deno")) return {};
  throw new UsageFailure(
    "serve-store",
    "workers under Deno may not look for the bucket's credentials",
    "set TRAPLINE_S3_KEY and TRAPLINE_S3_SECRET, or use --runtime node",
  );
}

import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { freePorts } from "./free-ports.ts";
import { type ServedProcess, startProcess } from "./serve-process.ts";
import { startRedis } from "./serve-redis.ts";
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
  /** Further variables for API and workers. */
  readonly variables?: Readonly<Record<string, string>>;
  /** One line of news: from a process, or about one. */
  readonly onNews: (line: string) => unknown;
}

/** The whole service on this machine. */
export interface RunningService {
  readonly apiUrl: string;
  readonly redisUrl: string;
  /** Workers that run now; one that dies is replaced. */
  readonly workers: readonly ServedProcess[];
  /** Resolves with a reason when a part without which nothing works has ended. */
  readonly broken: Promise<string>;
  /** Ends all processes, workers first, and removes the temporary folder. */
  stop(): Promise<void>;
}

const apiMain = fileURLToPath(new URL("../../api/main.ts", import.meta.url));
const root = fileURLToPath(new URL("../../../", import.meta.url));
const patience = 10_000;
const workerPrefix = "worker-";

/** Starts Redis, the API and the workers; what was started is ended again if one of them fails. */
export async function startService(options: ServiceOptions): Promise<RunningService> {
  const { onNews } = options;
  const temporary =
    options.data === undefined ? await mkdtemp(join(tmpdir(), "trapline-")) : undefined;
  const data = resolve(temporary ?? options.data ?? "");
  const blobs = join(data, "blobs");
  const news = (name: string) => (line: string) => onNews(`${name}: ${line}`);
  const workers = new Map<string, ServedProcess>();
  const others: ServedProcess[] = [];
  let isStopping = false;

  const stop = async () => {
    isStopping = true;
    await Promise.all([...workers.values()].map((worker) => worker.stop(patience)));
    for (const process of others.toReversed()) {
      await process.stop(patience);
    }
    if (temporary !== undefined) {
      await rm(temporary, { recursive: true, force: true });
    }
  };

  try {
    await mkdir(blobs, { recursive: true });
    let redisUrl = options.redisUrl;
    if (redisUrl === undefined) {
      const redis = await startRedis(join(data, "redis"), temporary === undefined);
      others.push(redis.process);
      redisUrl = redis.url;
    }
    const api = await startProcess({
      name: "api",
      command: process.execPath,
      words: ["--disable-warning=ExperimentalWarning", apiMain],
      environment: {
        PATH: process.env.PATH ?? "",
        REDIS_URL: redisUrl,
        TRAPLINE_BLOBS: blobs,
        TRAPLINE_PORT: String(options.port),
        ...(options.assignments === undefined
          ? {}
          : { TRAPLINE_ASSIGNMENTS: resolve(options.assignments) }),
        ...options.variables,
      },
      directory: root,
      ready: /^api listening on (\S+)$/,
      onLine: news("api"),
    });
    others.push(api);

    const place = {
      redisUrl,
      blobs,
      variables: { TRAPLINE_GRACE: "2000", ...options.variables },
    };
    const runtimes = [options.runtime].flat();
    // Chosen before, so that each worker may reach these and no other ones.
    const ports = await freePorts(options.workers);
    const startWorker = async (name: string): Promise<void> => {
      const number = Number(name.slice(workerPrefix.length)) - 1;
      const runtime = runtimes[number % runtimes.length] ?? "node";
      const doors = { own: ports[number] ?? 0, all: ports };
      const plan = workerPlan(runtime, name, { ...place, doors }, news(name));
      const worker = await startProcess(plan);
      workers.set(name, worker);
      if (isStopping) {
        await worker.stop(patience);
        return;
      }
      void worker.ended.then(async (how) => {
        workers.delete(name);
        if (!isStopping) {
          onNews(`${name} has ended (${how}); starting it again`);
          await sleep(1000);
          if (!isStopping) {
            await startWorker(name).catch((error: unknown) => onNews(String(error)));
          }
        }
      });
    };
    const names = Array.from(
      { length: options.workers },
      (_, index) => `${workerPrefix}${index + 1}`,
    );
    await Promise.all(names.map(startWorker));

    return {
      apiUrl: api.readyMatch[1] ?? "",
      redisUrl,
      get workers() {
        return [...workers.values()];
      },
      broken: Promise.race(
        others.map(async (process) => `${process.name} has ended (${await process.ended})`),
      ),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

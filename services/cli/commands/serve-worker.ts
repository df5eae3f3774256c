import { fileURLToPath } from "node:url";
import { keptVariables } from "./kept-variables.ts";
import type { ProcessPlan } from "./serve-process.ts";

export type WorkerRuntime = "deno" | "node";

export interface WorkerPlace {
  readonly redisUrl: string;
  /** A directory, or `s3://…`. */
  readonly blobs: string;
  /** Ports of loopback at which workers take runs from each other: its own, and all of them. */
  readonly doors?: { readonly own: number; readonly all: readonly number[] };
  /** Port of loopback at which its metrics can be fetched. */
  readonly metrics?: number | undefined;
  /** Further variables of `workers/runtime/config.ts`. */
  readonly variables: Readonly<Record<string, string>>;
}

const root = fileURLToPath(new URL("../../../", import.meta.url));
const workers = fileURLToPath(new URL("../../../workers/", import.meta.url));
const main = fileURLToPath(new URL("../../../workers/runtime/main.ts", import.meta.url));

const loopback = "127.0.0.1";

/**
 * A young generation of 2 MiB, where V8 lets it grow to 16: beside the guest the rest is to be small. And
 * V8 keeps the bytecode of what is seldom called: what a move needs while the guest stands still is. Before
 * that a worker collects garbage when it has time (`workers/host/tidy.ts`).
 */
const engineFlags = ["--max-semi-space-size=2", "--no-flush-bytecode", "--expose-gc"];

/** As many threads for V8's compiler as there are processors beside a guest's, as Deno has; four are usual. */
const nodeFlags = ["--disable-warning=ExperimentalWarning", "--v8-pool-size=0"];

/**
 * How a worker is started. Under Deno it gets what it needs and nothing else: its own variables and
 * OpenTelemetry's, the collector that those name, and
 *
 *   blobs in a directory   the addresses of Redis and of the other workers, two folders to read, one of
 *                          them to write; no programs, no system information
 *   blobs in a bucket      its server's address, too, and one folder to read, none to write
 */
export function workerPlan(
  runtime: WorkerRuntime,
  name: string,
  { redisUrl, blobs, doors, metrics, variables }: WorkerPlace,
  onLine: (line: string) => void,
): ProcessPlan {
  const bucket = bucketAddress(blobs);
  const reached = [
    addressOf(redisUrl, "6379"),
    ...(bucket === undefined ? [] : [bucket]),
    ...(doors?.all ?? []).map((one) => `${loopback}:${one}`),
    ...(metrics === undefined ? [] : [`${loopback}:${metrics}`]),
    ...collectorAddresses(variables),
  ];
  const words =
    runtime === "node"
      ? [...nodeFlags, ...engineFlags, main]
      : [
          "run",
          `--v8-flags=${engineFlags.join(",")}`,
          "--quiet",
          "--no-prompt",
          "--no-lock",
          "--cached-only",
          "--node-modules-dir=manual",
          "--unstable-worker-options",
          `--allow-net=${reached.join(",")}`,
          ...(bucket === undefined
            ? [`--allow-read=${blobs},${workers}`, `--allow-write=${blobs}`]
            : [`--allow-read=${workers}`]),
          "--allow-env=REDIS_URL,TRAPLINE_*,OTEL_*",
          "--ignore-env",
          main,
        ];
  return {
    name,
    command: runtime === "node" ? process.execPath : "deno",
    words,
    environment: {
      PATH: process.env.PATH ?? "",
      // Deno keeps its compile cache below it.
      HOME: process.env.HOME ?? "",
      NO_COLOR: "1",
      REDIS_URL: redisUrl,
      TRAPLINE_BLOBS: blobs,
      TRAPLINE_WORKER: name,
      ...(doors && { TRAPLINE_MIGRATION: `${loopback}:${doors.own}` }),
      ...(metrics !== undefined && { TRAPLINE_METRICS: `${loopback}:${metrics}` }),
      ...keptVariables(),
      ...variables,
    },
    directory: root,
    ready: /^worker \S+ ready \((.*)\)$/,
    onLine,
  };
}

function addressOf(text: string, otherwise: string): string {
  const { hostname, port } = new URL(text);
  return `${hostname}:${port === "" ? otherwise : port}`;
}

/** Where spans and metrics are sent. */
function collectorAddresses(variables: Readonly<Record<string, string>>): string[] {
  const endpoints = Object.entries(variables).filter(([name]) =>
    /^OTEL_EXPORTER_OTLP_(\w+_)?ENDPOINT$/.test(name),
  );
  return endpoints.map(([, url]) => addressOf(url, url.startsWith("https:") ? "443" : "80"));
}

/** Where a bucket's server is; undefined for a directory. */
function bucketAddress(blobs: string): string | undefined {
  if (!blobs.startsWith("s3://")) return undefined;
  const { hostname, searchParams } = new URL(blobs);
  const endpoint = searchParams.get("endpoint");
  // Amazon's servers have a name for each bucket.
  if (endpoint === null) {
    return `${hostname}.s3.${searchParams.get("region") ?? "us-east-1"}.amazonaws.com:443`;
  }
  return addressOf(endpoint, endpoint.startsWith("https:") ? "443" : "80");
}

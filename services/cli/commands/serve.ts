import process from "node:process";
import { parseWords } from "../client/parse-words.ts";
import type { Command } from "../command.ts";
import { UsageFailure } from "../usage-failure.ts";
import { startService } from "./serve-service.ts";

const usage =
  "trapline serve [--port N] [--workers N] [--runtime deno|node] [--data DIR] [--store PLACE] [--assignments DIR] [--metrics]";

/** `trapline serve`: the whole service on one machine. */
export const command: Command = {
  help: `usage: ${usage}

Starts Redis, the API and workers on this machine, on loopback only, until Ctrl-C.

  --port N           the API's port; 0 takes a free one (default: 8080)
  --workers N        number of workers (default: 2)
  --runtime NAME     what runs the workers: deno, without permissions, or node (default: deno)
  --data DIR         keep queue, results and files there (default: a temporary folder)
  --store PLACE      keep files and checkpoints there: s3://BUCKET/PREFIX?endpoint=URL, with
                     TRAPLINE_S3_KEY and TRAPLINE_S3_SECRET (default: a folder of the data)
  --assignments DIR  the assignments (default: the ones that come with Trapline)

  --metrics          let Prometheus fetch metrics from each of them; says where

OTEL_EXPORTER_OTLP_ENDPOINT and the other OTEL_* variables say where spans and metrics are sent.
REDIS_URL names a Redis that runs already; without it serve starts one of its own.

A worker that ends by itself is started again, after a second, then two, four … at most thirty. So are
the API and, with --data, Redis; after five ends in a row the service gives up and ends with status 1.
`,

  async run(words, terminal) {
    const { values, positionals } = parseWords(
      words,
      {
        port: { type: "string", default: "8080" },
        workers: { type: "string", default: "2" },
        runtime: { type: "string", default: "deno" },
        data: { type: "string" },
        store: { type: "string" },
        assignments: { type: "string" },
        metrics: { type: "boolean", default: false },
      },
      usage,
    );
    const { runtime, data, store, assignments } = values;
    if (runtime !== "deno" && runtime !== "node") {
      throw new UsageFailure("serve-runtime", `there is no runtime '${runtime}'`, "deno or node");
    }
    if (positionals.length > 0) {
      throw new UsageFailure("serve-words", "serve takes options only", `usage: ${usage}`);
    }

    const signalled = new Promise<string>((resolve) => {
      // Each time: a second one, as `timeout` sends it, must not leave the processes behind.
      process.on("SIGINT", () => resolve("stopping"));
      process.on("SIGTERM", () => resolve("stopping"));
    });
    const service = await startService({
      runtime,
      data,
      store,
      assignments,
      port: count("--port", values.port, 0, 65_535),
      workers: count("--workers", values.workers, 1, 64),
      redisUrl: process.env.REDIS_URL,
      metrics: values.metrics,
      variables: telemetryVariables(process.env),
      onNews: (line) => terminal.err(`${line}\n`),
    });
    terminal.out(
      `Trapline is at ${service.apiUrl} with ${service.workers.length} workers under ${runtime}.\n` +
        `  look      ${service.apiUrl}/ in a browser\n` +
        `  hand in   trapline submit ASSIGNMENT FILE --follow${apiHint(service.apiUrl)}\n` +
        `  API       ${service.apiUrl}/openapi.json\n` +
        service.metrics.map((url) => `  metrics   ${url}\n`).join(""),
    );
    const reason = await Promise.race([signalled, service.broken]);
    terminal.err(`${reason}\n`);
    await service.stop();
    return reason === "stopping" ? 0 : 1;
  },
};

/** OpenTelemetry's own: the processes are to do as this one is told. */
function telemetryVariables(all: NodeJS.ProcessEnv): Record<string, string> {
  const entries = Object.entries(all).flatMap(([name, value]): [string, string][] =>
    name.startsWith("OTEL_") && value !== undefined ? [[name, value]] : [],
  );
  return Object.fromEntries(entries);
}

function count(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new UsageFailure(
      "serve-count",
      `${option} ${text} is not a number from ${least} to ${most}`,
      `usage: ${usage}`,
    );
  }
  return value;
}

function apiHint(apiUrl: string): string {
  return apiUrl === "http://127.0.0.1:8080" ? "" : ` --api ${apiUrl}`;
}

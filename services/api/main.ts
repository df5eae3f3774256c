import type { AddressInfo } from "node:net";
import { serve, type WebSocketServerLike } from "@hono/node-server";
import { Redis } from "ioredis";
import { WebSocketServer } from "ws";
import packageJson from "../../package.json" with { type: "json" };
import { CheckpointStore } from "../../shared/blob/checkpoints/checkpoint-store.ts";
import { ObjectBlobs } from "../../shared/blob/object-blobs.ts";
import { openObjects } from "../../shared/blob/objects/open-objects.ts";
import { PageStore } from "../../shared/blob/pages/page-store.ts";
import { log } from "../../shared/telemetry/log.ts";
import { queueTelemetry } from "../../shared/telemetry/otel/queue-telemetry.ts";
import { startTelemetry } from "../../shared/telemetry/otel/start-telemetry.ts";
import { inTime } from "../../shared/time/in-time.ts";
import { createApp } from "./app.ts";
import { AssignmentCatalogue } from "./assignments/assignment-catalogue.ts";
import { readApiConfig } from "./config.ts";
import { DebugRelay } from "./debug/debug-relay.ts";
import { giveUp } from "./submissions/give-up.ts";
import { RedisSubmissionStore } from "./submissions/redis-submission-store.ts";
import { RunEventHub } from "./submissions/run-event-hub.ts";
import { SubmissionQueue } from "./submissions/submission-queue.ts";
import { requestTracing } from "./telemetry/request-tracing.ts";
import { watchQueue } from "./telemetry/watch-queue.ts";
import { watchDrains } from "./workers/drain-watch.ts";
import { WorkerDirectory } from "./workers/worker-directory.ts";

/**
 * The API as a process. Configured by environment variables (`config.ts`); prints
 * `api listening on URL` when it takes requests; ends on SIGTERM or SIGINT.
 */
const config = readApiConfig(process.env);
const instance = `api-${crypto.randomUUID().slice(0, 8)}`;
if (config.TRAPLINE_LOG === "json") await log.toJson({ service: "trapline-api", instance });
// Before anything makes an instrument.
const telemetry = await startTelemetry({
  identity: { service: "trapline-api", instance, version: packageJson.version },
  read: (name) => process.env[name],
  tell: (sentence) => log.error(sentence),
});

// A request must not hang while Redis is away: fail fast here, wait for ever only where BullMQ
// blocks on purpose.
const redis = new Redis(config.REDIS_URL, { maxRetriesPerRequest: 1, commandTimeout: 5000 });
const blocking = new Redis(config.REDIS_URL, { maxRetriesPerRequest: null });
const subscriber = new Redis(config.REDIS_URL, { maxRetriesPerRequest: null });
const reports = new Redis(config.REDIS_URL, { maxRetriesPerRequest: null });
for (const connection of [redis, blocking, subscriber, reports]) {
  connection.on("error", (error) => log.error(`redis: ${error.message}`));
}

const objects = await openObjects(config.TRAPLINE_BLOBS, (name) => process.env[name]);
const blobs = new ObjectBlobs(objects);
const store = new RedisSubmissionStore(redis);
const queue = new SubmissionQueue(
  redis,
  blocking,
  (submission, reason) => {
    giveUp(store, submission, reason).catch((error: unknown) => {
      // Whoever asks for the submission next finds the failed job and tries again.
      log.error("giving up", { error });
    });
  },
  telemetry.hasTraces ? queueTelemetry() : undefined,
);
watchQueue(queue);
const directory = new WorkerDirectory(redis);
const unwatchDrains = watchDrains(directory);
const app = createApp({
  blobs,
  // The API puts no pages, so it need not know which ones are there.
  roots: new CheckpointStore(new PageStore(objects, { knownPages: 0 })),
  store,
  queue,
  catalogue: new AssignmentCatalogue(config.TRAPLINE_ASSIGNMENTS, config.TRAPLINE_IMAGES, blobs),
  hub: new RunEventHub(subscriber),
  workers: directory,
  debug: new DebugRelay(redis, reports),
  maxUploadBytes: config.TRAPLINE_MAX_UPLOAD,
  ...(telemetry.hasTraces && { tracing: await requestTracing() }),
  consoleFolder: config.TRAPLINE_CONSOLE,
  settings: { traceUrl: config.TRAPLINE_TRACE_URL },
});

/** Longer messages end their connection before they are read. */
const longestMessage = 2 ** 17;
const sockets = new WebSocketServer({ noServer: true, maxPayload: longestMessage });
const server = serve(
  {
    ...{ fetch: app.fetch, hostname: config.TRAPLINE_HOST, port: config.TRAPLINE_PORT },
    // Its options may be undefined, which the adapter's type does not expect.
    websocket: { server: sockets as WebSocketServerLike },
  },
  ({ address, port, family }: AddressInfo) => {
    const host = family === "IPv6" ? `[${address}]` : address;
    log.info(`api listening on http://${host}:${port}`);
  },
);

server.on("error", (error) => {
  // Most often the port is taken, and then there is nothing to stay for.
  const place = `${config.TRAPLINE_HOST}:${config.TRAPLINE_PORT}`;
  log.error(`The API cannot listen on ${place}: ${error.message}`);
  process.exit(1);
});

/** What closing the queue may take, in milliseconds. */
const goodbye = 2000;

async function shutDown(): Promise<void> {
  unwatchDrains();
  server.close();
  // Debuggers come back to another process, too.
  for (const socket of sockets.clients) socket.close(1001);
  if ("closeAllConnections" in server) {
    // Watchers come back to another process with their Last-Event-ID.
    server.closeAllConnections();
  }
  // Where Redis is gone the queue is never closed.
  const isClosed = await inTime(queue.close(), goodbye);
  for (const connection of [redis, blocking, subscriber, reports]) {
    connection.disconnect();
  }
  // A collector that hangs keeps its connection open.
  if (!(await telemetry.stop()) || !isClosed) process.exit(0);
}

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.once(signal, () => {
    void shutDown();
  });
}

import type { AddressInfo } from "node:net";
import { serve, type WebSocketServerLike } from "@hono/node-server";
import { Redis } from "ioredis";
import { WebSocketServer } from "ws";
import { CheckpointStore } from "../../shared/blob/checkpoints/checkpoint-store.ts";
import { ObjectBlobs } from "../../shared/blob/object-blobs.ts";
import { openObjects } from "../../shared/blob/objects/open-objects.ts";
import { PageStore } from "../../shared/blob/pages/page-store.ts";
import { createApp } from "./app.ts";
import { AssignmentCatalogue } from "./assignments/assignment-catalogue.ts";
import { readApiConfig } from "./config.ts";
import { DebugRelay } from "./debug/debug-relay.ts";
import { RedisSubmissionStore } from "./submissions/redis-submission-store.ts";
import { RunEventHub } from "./submissions/run-event-hub.ts";
import { SubmissionQueue } from "./submissions/submission-queue.ts";
import { watchDrains } from "./workers/drain-watch.ts";
import { WorkerDirectory } from "./workers/worker-directory.ts";

/**
 * The API as a process. Configured by environment variables (`config.ts`); prints
 * `api listening on URL` when it takes requests; ends on SIGTERM or SIGINT.
 */
const config = readApiConfig(process.env);

// A request must not hang while Redis is away: fail fast here, wait for ever only where BullMQ
// blocks on purpose.
const redis = new Redis(config.REDIS_URL, { maxRetriesPerRequest: 1, commandTimeout: 5000 });
const blocking = new Redis(config.REDIS_URL, { maxRetriesPerRequest: null });
const subscriber = new Redis(config.REDIS_URL, { maxRetriesPerRequest: null });
const reports = new Redis(config.REDIS_URL, { maxRetriesPerRequest: null });
for (const connection of [redis, blocking, subscriber, reports]) {
  connection.on("error", (error) => console.error("redis:", error.message));
}

const objects = await openObjects(config.TRAPLINE_BLOBS, (name) => process.env[name]);
const blobs = new ObjectBlobs(objects);
const store = new RedisSubmissionStore(redis);
const queue = new SubmissionQueue(redis, blocking, (submission, reason) => {
  store.fail(submission, reason).catch((error: unknown) => {
    // Whoever asks for the submission next finds the failed job and tries again.
    console.error("giving up:", error);
  });
});
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
    console.log(`api listening on http://${host}:${port}`);
  },
);

server.on("error", (error) => {
  // Most often the port is taken, and then there is nothing to stay for.
  console.error(`The API cannot listen on ${config.TRAPLINE_HOST}:${config.TRAPLINE_PORT}.`);
  console.error(error.message);
  process.exit(1);
});

async function shutDown(): Promise<void> {
  unwatchDrains();
  server.close();
  // Debuggers come back to another process, too.
  for (const socket of sockets.clients) socket.close(1001);
  if ("closeAllConnections" in server) {
    // Watchers come back to another process with their Last-Event-ID.
    server.closeAllConnections();
  }
  await queue.close();
  for (const connection of [redis, blocking, subscriber, reports]) {
    connection.disconnect();
  }
}

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.once(signal, () => {
    void shutDown();
  });
}

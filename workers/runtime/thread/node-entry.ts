import { parentPort } from "node:worker_threads";
import { serveThread } from "./serve-thread.ts";
import type { ThreadStart } from "./thread-protocol.ts";

parentPort?.once("message", (start: ThreadStart) =>
  serveThread(start, (message) => parentPort?.postMessage(message)),
);

import { Worker } from "node:worker_threads";
import { log } from "../../shared/telemetry/log.ts";
import { nodeThreadOptions } from "./node-thread-options.ts";

/** Starts a thread that works for others under Node. */
export function startNodeServiceThread(entry: URL, name: string): Worker {
  const thread = new Worker(entry, nodeThreadOptions(name));
  thread.on("error", (error) => log.error(`${name} thread`, { error }));
  // It has nothing to do when nobody else is left.
  thread.unref();
  return thread;
}

import { Worker } from "node:worker_threads";
import { log } from "../../shared/telemetry/log.ts";

/** Starts a thread that works for others under Node: no environment, no arguments, no standard input. */
export function startNodeServiceThread(entry: URL, name: string): Worker {
  const thread = new Worker(entry, { name, env: {}, argv: [], stdin: false });
  thread.on("error", (error) => log.error(`${name} thread`, { error }));
  // It has nothing to do when nobody else is left.
  thread.unref();
  return thread;
}

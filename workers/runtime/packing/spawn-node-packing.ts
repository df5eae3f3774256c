import { type Transferable, Worker } from "node:worker_threads";
import { log } from "../../../shared/telemetry/log.ts";
import type { SpawnPackingThread } from "./packing-thread.ts";
import type { PackingMessage } from "./serve-packing.ts";

/** The packing thread under Node: no environment, no arguments, no standard input. */
export const spawnNodePacking: SpawnPackingThread = (onDeath) => {
  const thread = new Worker(new URL("./node-entry.ts", import.meta.url), {
    name: "packing",
    env: {},
    argv: [],
    stdin: false,
  });
  thread.on("error", (error) => log.error("packing thread", { error }));
  thread.on("exit", onDeath);
  // It has nothing to do when nobody else is left.
  thread.unref();
  return {
    connect: (port) => {
      const message: PackingMessage = { port };
      thread.postMessage(message, [port as unknown as Transferable]);
    },
    terminate: async () => {
      await thread.terminate();
    },
  };
};

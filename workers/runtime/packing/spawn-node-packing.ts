import type { Transferable } from "node:worker_threads";
import { startNodeServiceThread } from "../start-node-service-thread.ts";
import type { SpawnPackingThread } from "./packing-thread.ts";
import type { PackingMessage } from "./serve-packing.ts";

/** The packing thread under Node. */
export const spawnNodePacking: SpawnPackingThread = (onDeath) => {
  const thread = startNodeServiceThread(new URL("./node-entry.ts", import.meta.url), "packing");
  thread.on("exit", onDeath);
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

import { log } from "../../../shared/telemetry/log.ts";
import { startDenoWorker } from "../../host/start-deno-worker.ts";
import type { ServedPackingPort } from "./packing-port.ts";
import type { SpawnPackingThread } from "./packing-thread.ts";
import type { PackingMessage } from "./serve-packing.ts";

/** The packing thread under Deno, with no permissions at all. */
export const spawnDenoPacking: SpawnPackingThread = (onDeath) => {
  const thread = startDenoWorker<PackingMessage, never, ServedPackingPort>(
    new URL("./deno-entry.ts", import.meta.url),
    "packing",
  );
  thread.onerror = (event) => {
    event.preventDefault();
    log.error(`packing thread: ${event.message}`);
    onDeath();
  };
  return {
    connect: (port) => thread.postMessage({ port }, [port]),
    terminate: async () => thread.terminate(),
  };
};

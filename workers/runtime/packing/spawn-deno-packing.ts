import { log } from "../../../shared/telemetry/log.ts";
import type { ServedPackingPort } from "./packing-port.ts";
import type { SpawnPackingThread } from "./packing-thread.ts";
import type { PackingMessage } from "./serve-packing.ts";

/** Deno's global `Worker`, of which Node's types know nothing. */
interface DenoWorker {
  onerror: ((event: { readonly message: string; preventDefault(): void }) => void) | null;
  postMessage(message: PackingMessage, transfer: readonly ServedPackingPort[]): void;
  terminate(): void;
}

interface DenoWorkerOptions {
  readonly type: "module";
  readonly name: string;
  readonly deno: { readonly permissions: "none" };
}

/** The packing thread under Deno, with no permissions at all. */
export const spawnDenoPacking: SpawnPackingThread = (onDeath) => {
  const { Worker } = globalThis as unknown as {
    readonly Worker: new (url: URL, options: DenoWorkerOptions) => DenoWorker;
  };
  const thread = new Worker(new URL("./deno-entry.ts", import.meta.url), {
    type: "module",
    name: "packing",
    deno: { permissions: "none" },
  });
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

import { imageBuffers } from "../image-buffers.ts";
import type { SpawnMonitorThread } from "./monitor-thread.ts";
import type { ThreadMessage } from "./thread-protocol.ts";

/** Deno's global `Worker`, of which Node's types know nothing. */
interface DenoWorker {
  onmessage: ((event: { readonly data: ThreadMessage }) => void) | null;
  onerror: ((event: { readonly message: string; preventDefault(): void }) => void) | null;
  postMessage(message: unknown, transfer: readonly ArrayBuffer[]): void;
  terminate(): void;
}

interface DenoWorkerOptions {
  readonly type: "module";
  readonly name: string;
  readonly deno: { readonly permissions: "none" };
}

/** A thread under Deno, with no permissions at all. */
export const spawnDenoThread: SpawnMonitorThread = ({ onMessage, onDeath }) => {
  const { Worker } = globalThis as unknown as {
    readonly Worker: new (url: URL, options: DenoWorkerOptions) => DenoWorker;
  };
  const thread = new Worker(new URL("./deno-entry.ts", import.meta.url), {
    type: "module",
    name: "monitor",
    deno: { permissions: "none" },
  });
  thread.onmessage = ({ data }) => onMessage(data);
  thread.onerror = (event) => {
    event.preventDefault();
    onDeath(event.message);
  };
  return {
    start: (message) => {
      thread.postMessage(message, imageBuffers(message.config.boot, message.disks));
    },
    terminate: async () => {
      thread.onmessage = null;
      thread.onerror = null;
      thread.terminate();
    },
  };
};

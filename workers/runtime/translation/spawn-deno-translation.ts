import { log } from "../../../shared/telemetry/log.ts";
import type { TranslationMessage } from "./serve-translation.ts";
import type { ServedPort } from "./translation-port.ts";
import type { SpawnTranslationThread } from "./translation-thread.ts";

/** Deno's global `Worker`, of which Node's types know nothing. */
interface DenoWorker {
  onerror: ((event: { readonly message: string; preventDefault(): void }) => void) | null;
  postMessage(message: TranslationMessage, transfer?: readonly ServedPort[]): void;
  terminate(): void;
}

interface DenoWorkerOptions {
  readonly type: "module";
  readonly name: string;
  readonly deno: { readonly permissions: "none" };
}

/** The translation thread under Deno, with no permissions at all. */
export const spawnDenoTranslation: SpawnTranslationThread = (memoryBytes) => {
  const { Worker } = globalThis as unknown as {
    readonly Worker: new (url: URL, options: DenoWorkerOptions) => DenoWorker;
  };
  const thread = new Worker(new URL("./deno-entry.ts", import.meta.url), {
    type: "module",
    name: "translation",
    deno: { permissions: "none" },
  });
  thread.onerror = (event) => {
    event.preventDefault();
    log.error(`translation thread: ${event.message}`);
  };
  thread.postMessage({ type: "open", memoryBytes });
  return {
    connect: (client, port) => thread.postMessage({ type: "connect", client, port }, [port]),
    forget: (client) => thread.postMessage({ type: "forget", client }),
    terminate: async () => thread.terminate(),
  };
};

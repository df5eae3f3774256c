import { log } from "../../../shared/telemetry/log.ts";
import { startDenoWorker } from "../../host/start-deno-worker.ts";
import type { TranslationMessage } from "./serve-translation.ts";
import type { ServedPort } from "./translation-port.ts";
import type { SpawnTranslationThread } from "./translation-thread.ts";

/** The translation thread under Deno, with no permissions at all. */
export const spawnDenoTranslation: SpawnTranslationThread = (memoryBytes) => {
  const thread = startDenoWorker<TranslationMessage, never, ServedPort>(
    new URL("./deno-entry.ts", import.meta.url),
    "translation",
  );
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

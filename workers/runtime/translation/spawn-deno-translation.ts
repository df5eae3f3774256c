import { startDenoWorker } from "../../host/start-deno-worker.ts";
import type { TranslationMessage } from "./serve-translation.ts";
import type { ServedPort } from "./translation-port.ts";
import type { SpawnTranslationThread } from "./translation-thread.ts";

/** The translation thread under Deno, with no permissions at all. */
export const spawnDenoTranslation: SpawnTranslationThread = (memoryBytes, onDeath) => {
  const thread = startDenoWorker<TranslationMessage, never, ServedPort>(
    new URL("./deno-entry.ts", import.meta.url),
    "translation",
  );
  let isDead = false;
  // Deno ends a thread with an error that nobody has caught.
  thread.onerror = (event) => {
    event.preventDefault();
    if (isDead) return;
    isDead = true;
    onDeath(event.message);
  };
  thread.postMessage({ type: "open", memoryBytes });
  return {
    connect: (client, port) => thread.postMessage({ type: "connect", client, port }, [port]),
    forget: (client) => thread.postMessage({ type: "forget", client }),
    useKeptCode: (code) => thread.postMessage({ type: "kept", code }),
    terminate: async () => {
      isDead = true;
      thread.terminate();
    },
  };
};

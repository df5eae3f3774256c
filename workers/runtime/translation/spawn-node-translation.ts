import type { Transferable } from "node:worker_threads";
import { startNodeServiceThread } from "../start-node-service-thread.ts";
import type { TranslationMessage } from "./serve-translation.ts";
import type { SpawnTranslationThread } from "./translation-thread.ts";

/** The translation thread under Node. */
export const spawnNodeTranslation: SpawnTranslationThread = (memoryBytes) => {
  const thread = startNodeServiceThread(new URL("./node-entry.ts", import.meta.url), "translation");
  const tell = (message: TranslationMessage, transfer: readonly Transferable[] = []) =>
    thread.postMessage(message, transfer);
  tell({ type: "open", memoryBytes });
  return {
    connect: (client, port) => {
      tell({ type: "connect", client, port }, [port as unknown as Transferable]);
    },
    forget: (client) => tell({ type: "forget", client }),
    terminate: async () => {
      await thread.terminate();
    },
  };
};

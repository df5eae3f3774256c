import type { Transferable } from "node:worker_threads";
import { startNodeServiceThread } from "../start-node-service-thread.ts";
import type { TranslationMessage } from "./serve-translation.ts";
import type { SpawnTranslationThread } from "./translation-thread.ts";

/** The translation thread under Node. */
export const spawnNodeTranslation: SpawnTranslationThread = (memoryBytes, onDeath) => {
  const thread = startNodeServiceThread(new URL("./node-entry.ts", import.meta.url), "translation");
  const tell = (message: TranslationMessage, transfer: readonly Transferable[] = []) =>
    thread.postMessage(message, transfer);
  let isTold = false;
  let reason: string | undefined;
  thread.on("error", (error) => {
    reason = error instanceof Error ? error.message : String(error);
  });
  // Behind the error, if there is one: V8 gives up a thread without memory in this way, too.
  thread.on("exit", (code) => {
    if (!isTold) onDeath(reason ?? `it ended with code ${code}`);
  });
  tell({ type: "open", memoryBytes });
  return {
    connect: (client, port) => {
      tell({ type: "connect", client, port }, [port as unknown as Transferable]);
    },
    forget: (client) => tell({ type: "forget", client }),
    useKeptCode: (code) => tell({ type: "kept", code }),
    terminate: async () => {
      isTold = true;
      await thread.terminate();
    },
  };
};

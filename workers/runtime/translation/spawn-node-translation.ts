import { type Transferable, Worker } from "node:worker_threads";
import { log } from "../../../shared/telemetry/log.ts";
import type { TranslationMessage } from "./serve-translation.ts";
import type { SpawnTranslationThread } from "./translation-thread.ts";

/** The translation thread under Node: no environment, no arguments, no standard input. */
export const spawnNodeTranslation: SpawnTranslationThread = (memoryBytes) => {
  const thread = new Worker(new URL("./node-entry.ts", import.meta.url), {
    name: "translation",
    env: {},
    argv: [],
    stdin: false,
  });
  thread.on("error", (error) => log.error("translation thread", { error }));
  // It has nothing to do when nobody else is left.
  thread.unref();
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

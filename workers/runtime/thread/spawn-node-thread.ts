import { type Transferable, Worker } from "node:worker_threads";
import { nodeThreadOptions } from "../node-thread-options.ts";
import type { SpawnPcpuThread } from "./pcpu-thread.ts";
import type { ThreadMessage } from "./thread-protocol.ts";

/** A thread that guests run on, under Node. */
export const spawnNodeThread: SpawnPcpuThread = ({ onMessage, onDeath }) => {
  const entry = new URL("./node-entry.ts", import.meta.url);
  const thread = new Worker(entry, nodeThreadOptions("pcpu"));
  const exit = new Promise<void>((resolve) => thread.once("exit", () => resolve()));
  let reason: string | undefined;
  thread.on("message", (message: ThreadMessage) => onMessage(message));
  thread.on("error", (error) => {
    reason = error instanceof Error ? error.message : String(error);
  });
  thread.on("exit", (code) => onDeath(reason ?? `a pCPU thread ended with code ${code}`));
  const stopListening = () => {
    thread.removeAllListeners();
    // A late error of a thread that is told to end must not end the process.
    thread.on("error", () => undefined);
  };
  return {
    post: (command, transfer = []) =>
      thread.postMessage(command, transfer as readonly Transferable[]),
    end: async () => {
      stopListening();
      await Promise.race([exit, thread.terminate()]);
    },
    abandon: () => {
      stopListening();
      void thread.terminate();
    },
  };
};

import { Worker } from "node:worker_threads";
import { imageBuffers } from "../image-buffers.ts";
import type { SpawnMonitorThread } from "./monitor-thread.ts";
import type { ThreadMessage } from "./thread-protocol.ts";

/** A thread under Node: no environment, no arguments, no standard input. */
export const spawnNodeThread: SpawnMonitorThread = ({ onMessage, onDeath }) => {
  const thread = new Worker(new URL("./node-entry.ts", import.meta.url), {
    name: "monitor",
    env: {},
    argv: [],
    stdin: false,
  });
  thread.on("message", (message: ThreadMessage) => onMessage(message));
  thread.on("error", (error) => onDeath(error instanceof Error ? error.message : String(error)));
  thread.on("exit", (code) => onDeath(`the monitor's thread ended with code ${code}`));
  return {
    start: (message) => {
      thread.postMessage(message, imageBuffers(message.config.boot, message.disks));
    },
    terminate: async () => {
      thread.removeAllListeners();
      // A late error of a thread that is told to end must not end the process.
      thread.on("error", () => undefined);
      await thread.terminate();
    },
  };
};

import { startDenoWorker } from "../../host/start-deno-worker.ts";
import type { SpawnPcpuThread, ThreadTransfer } from "./pcpu-thread.ts";
import type { ThreadCommand, ThreadMessage } from "./thread-protocol.ts";

/** Milliseconds between two looks at whether a thread has ended. */
const lookInterval = 10;

/**
 * A thread under Deno, with no permissions at all.
 *
 * Deno's `terminate` does not wait for the thread, and does not end one that is in an endless loop.
 * So the thread is asked to end, and says in its status when it has.
 */
export const spawnDenoThread: SpawnPcpuThread = ({ status, onMessage, onDeath }) => {
  const thread = startDenoWorker<ThreadCommand, ThreadMessage, ThreadTransfer>(
    new URL("./deno-entry.ts", import.meta.url),
    "pcpu",
  );
  thread.onmessage = ({ data }) => onMessage(data);
  thread.onerror = (event) => {
    event.preventDefault();
    status.end();
    onDeath(event.message);
  };
  const stopListening = () => {
    thread.onmessage = null;
    thread.onerror = (event) => {
      event.preventDefault();
      status.end();
    };
  };
  return {
    post: (command, transfer = []) => thread.postMessage(command, transfer),
    end: async () => {
      stopListening();
      status.askToEnd();
      thread.postMessage({ type: "close" }, []);
      while (!status.hasEnded) {
        await new Promise((resolve) => setTimeout(resolve, lookInterval));
      }
      thread.terminate();
    },
    abandon: () => {
      stopListening();
      thread.terminate();
    },
  };
};

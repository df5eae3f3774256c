import { MemoryBlock } from "../../host/block-memory.ts";
import { compiler } from "../../host/compiler.ts";
import { Monitor } from "../../vmm/mod.ts";
import { driveGuest } from "./drive-guest.ts";
import type { ThreadMessage, ThreadStart } from "./thread-protocol.ts";

/** Runs the guest of one `start` message, on the thread that received it. */
export function serveThread(start: ThreadStart, post: (message: ThreadMessage) => void): void {
  driveGuest(start, {
    createMonitor: () => Monitor.create({ compiler }),
    openDisk: (bytes) => new MemoryBlock(bytes),
    post,
    now: () => performance.now(),
  });
}

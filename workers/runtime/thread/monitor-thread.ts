import type { ThreadMessage, ThreadStart } from "./thread-protocol.ts";

/** A thread of its own for one guest, so that the lease is renewed while the guest spins. */
export interface MonitorThread {
  /** Hands the run over; once. */
  start(message: ThreadStart): void;
  /** Ends the thread wherever it is; nothing is heard of it afterwards. */
  terminate(): Promise<void>;
}

/** How a thread is heard. `onDeath` comes when it ended by itself or by an uncaught error. */
export interface MonitorThreadEvents {
  onMessage(message: ThreadMessage): void;
  onDeath(reason: string): void;
}

export type SpawnMonitorThread = (events: MonitorThreadEvents) => MonitorThread;

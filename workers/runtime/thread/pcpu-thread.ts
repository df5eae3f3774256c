import type { PackingPort } from "../packing/packing-port.ts";
import type { TranslationPort } from "../translation/translation-port.ts";
import type { ThreadCommand, ThreadMessage } from "./thread-protocol.ts";
import type { ThreadStatus } from "./thread-status.ts";

/** What may move to a thread: images, and its ends of channels. */
export type ThreadTransfer = ArrayBuffer | TranslationPort | PackingPort;

/** A pCPU thread as the main thread has it: guests run on it, leases are renewed elsewhere. */
export interface PcpuThread {
  post(command: ThreadCommand, transfer?: readonly ThreadTransfer[]): void;
  /**
   * Ends the thread wherever it is; nothing is heard of it afterwards. Comes back when it is certain
   * that it touches the machine memory no more, which may be never: then that memory is lost.
   */
  end(): Promise<void>;
  /** Ends it as far as that can be done at once: this process is about to end. */
  abandon(): void;
}

/** How a thread is heard. `onDeath` comes when it has ended by itself or by an uncaught error. */
export interface PcpuThreadEvents {
  readonly status: ThreadStatus;
  onMessage(message: ThreadMessage): void;
  onDeath(reason: string): void;
}

export type SpawnPcpuThread = (events: PcpuThreadEvents) => PcpuThread;

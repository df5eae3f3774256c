import type { ServedPackingPort } from "./packing-port.ts";

/**
 * The one thread of a worker that makes batches of the pages of guests that leave, so that a guest's own thread
 * can go on running it. It reads the machine memory and writes to none of it.
 *
 * Where it dies the moves under way come to no end and are given up, and their guests go on.
 */
export interface PackingThread {
  /** @param port of one move; the guest's thread has the other end */
  connect(port: ServedPackingPort): void;
  terminate(): Promise<void>;
}

/** @param onDeath it has ended by an error of its own: the next move needs another one */
export type SpawnPackingThread = (onDeath: () => void) => PackingThread;

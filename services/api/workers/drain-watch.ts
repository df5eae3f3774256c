import type { WorkerDirectory } from "./worker-directory.ts";

const interval = 200;

/**
 * Finds places for the runs of workers that were told to end by a signal, and cannot find any
 * themselves: each asks once, and one of the API's replicas answers.
 *
 * @returns ends it
 */
export function watchDrains(directory: WorkerDirectory): () => void {
  let isLooking = false;
  const look = async () => {
    const name = await directory.nextDrain();
    if (name !== undefined) await directory.drain(await directory.list(), name);
  };
  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    look()
      // Redis is away; its workers give their runs back to the queue.
      .catch(() => undefined)
      .finally(() => {
        isLooking = false;
      });
  }, interval);
  return () => clearInterval(timer);
}

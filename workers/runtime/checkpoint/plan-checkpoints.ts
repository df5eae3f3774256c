import type { Bytes, Instructions } from "../../vmm/mod.ts";
import type { ThreadStart } from "../thread/thread-protocol.ts";

/** A machine that may take more stands still while a checkpoint is read: there is no room for it twice. */
const mostTwice: Bytes = 2 ** 30;

/**
 * How a run is saved on its way.
 *
 * @param memoryBytes the most that its machine may take
 * @param every steps between two checkpoints; none where it is not said
 */
export function planCheckpoints(
  memoryBytes: Bytes,
  every: Instructions | undefined,
): Pick<ThreadStart, "checkpointEvery" | "standsForCheckpoints"> {
  if (every === undefined) return {};
  return { checkpointEvery: every, standsForCheckpoints: memoryBytes > mostTwice };
}

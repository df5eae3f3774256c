import { z } from "zod";
import { submissionIdSchema } from "../schema/submission-id.ts";
import { workerName } from "../schema/worker-status.ts";

const moveSchema = z.object({ run: submissionIdSchema, to: workerName() });

/** What the control plane asks of a worker. It may be gone by then, and the run with it: then nothing happens. */
export const workerCommandSchema = z.discriminatedUnion("type", [
  /** One run goes to another worker. */
  z.object({ type: z.literal("move"), move: moveSchema }),
  /** All runs go, those of the list to where it says, and the worker ends. */
  z.object({ type: z.literal("drain"), moves: z.array(moveSchema) }),
]);

export type WorkerCommand = z.infer<typeof workerCommandSchema>;

import { z } from "zod";
import { moveWaySchema } from "../schema/move-report.ts";
import { submissionIdSchema } from "../schema/submission-id.ts";
import { workerName } from "../schema/worker-status.ts";

const moveSchema = z.object({
  run: submissionIdSchema,
  to: workerName(),
  /** Without a ticket a run moves by a checkpoint. */
  ticket: z.string().min(1).max(200).optional(),
  way: moveWaySchema.default("precopy"),
  /** What its report is found by. */
  id: z.string().min(1).max(100).optional(),
});

export type MoveOrder = z.infer<typeof moveSchema>;

/** What the control plane asks of a worker. It may be gone by then, and the run with it: then nothing happens. */
export const workerCommandSchema = z.discriminatedUnion("type", [
  /** One run goes to another worker. */
  z.object({ type: z.literal("move"), move: moveSchema }),
  /** All runs go, those of the list to where it says, and the worker ends. */
  z.object({ type: z.literal("drain"), moves: z.array(moveSchema) }),
]);

export type WorkerCommand = z.infer<typeof workerCommandSchema>;

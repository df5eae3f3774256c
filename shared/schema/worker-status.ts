import { z } from "zod";
import { submissionIdSchema } from "./submission-id.ts";

/** A run on a worker: of which submission, how far, in which epoch. */
export const runStatusSchema = z.object({
  run: submissionIdSchema,
  epoch: z.int(),
  /** Retired guest instructions, a moment ago. */
  instructions: z.int(),
});

export type RunStatus = z.infer<typeof runStatusSchema>;

/** What a worker says of itself, twice a second. */
export const workerStatusSchema = z.object({
  name: workerName(),
  runtime: z.string(),
  /** A draining worker takes no runs, and ends when it has none. */
  state: z.enum(["ready", "draining"]),
  /** Runs that it may have at the same time. */
  capacity: z.int(),
  threads: z.int(),
  startedAt: z.iso.datetime(),
  runs: z.array(runStatusSchema),
  /** Runs that have a place here and have not begun, or not arrived; older workers do not say. */
  coming: z.int().min(0).optional(),
  /** Whether its runs can be debugged; older workers do not say. */
  debugs: z.boolean().optional(),
  /** Where runs can come in from other workers while they run; not there where they cannot. */
  door: z
    .object({
      host: z.string().min(1).max(255),
      port: z.int().min(1).max(65535),
      /** PEM: whoever listens there shows exactly this one. */
      certificate: z.string().max(4000),
    })
    .optional(),
});

export type WorkerStatus = z.infer<typeof workerStatusSchema>;

export function workerName() {
  return z.string().regex(/^[A-Za-z0-9._-]{1,60}$/);
}

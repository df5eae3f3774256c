import { z } from "zod";
import { debugPointsSchema } from "./debug-request.ts";

/** The debugger that a run has: what a worker that takes the run over has to know of it. */
export const debuggerRecordSchema = z.object({
  session: z.string().max(60),
  points: debugPointsSchema,
});

export type DebuggerRecord = z.infer<typeof debuggerRecordSchema>;

/** How long a debugger that gives no sign of life counts as one. */
export const debuggerMilliseconds = 15_000;
/** How often it gives one. */
export const debuggerInterval = 2000;

import { z } from "zod";

/** Why a guest's run ended. Closed: a new cause gets a new row. */
export const runEndSchema = z.discriminatedUnion("kind", [
  /** Every step is done. */
  z.object({ kind: z.literal("completed") }),
  /** A step missed its deadline in instructions, or was answered wrongly. */
  z.object({ kind: z.literal("step-failed") }),
  z.object({ kind: z.literal("power-off"), code: z.int() }),
  z.object({ kind: z.literal("reboot") }),
  /** The guest waits for something that can never come. */
  z.object({ kind: z.literal("hung") }),
  z.object({ kind: z.literal("instruction-limit") }),
  z.object({ kind: z.literal("output-limit") }),
  z.object({ kind: z.literal("memory-limit") }),
  /** The guard against a run that takes too long on the host. */
  z.object({ kind: z.literal("wall-clock") }),
  /** What was handed in is not something that the machine can start. */
  z.object({ kind: z.literal("bad-image"), message: z.string(), hint: z.string() }),
]);

export type RunEnd = z.infer<typeof runEndSchema>;

import { z } from "zod";
import { blobHashSchema } from "./blob-hash.ts";
import { runEndSchema } from "./run-end.ts";
import { stepResultSchema } from "./step-result.ts";

/** The grade of a submission and the facts that it rests on. */
export const resultSchema = z.object({
  score: z.number(),
  maxScore: z.number(),
  end: runEndSchema,
  /** One sentence: how the run ended and, if it earned less than all, which step waited for what. */
  summary: z.string(),
  steps: z.array(stepResultSchema),
  /** Retired guest instructions. */
  instructions: z.int(),
  /** Exits by category of the taxonomy. */
  exits: z.record(z.string(), z.int()),
  /** SHA-256 of the machine's last state; absent when there was no machine or it was killed. */
  stateHash: blobHashSchema.optional(),
  consoleBytes: z.int(),
  /** The last console lines, at most 4 KiB. */
  consoleTail: z.string(),
  /** Host milliseconds between power-on and the end of the run. */
  elapsed: z.int(),
  /** Which run of the submission this is: 1, unless a worker was lost. */
  epoch: z.int(),
  worker: z.string(),
  runtime: z.string(),
  /** So many of the instructions were taken from the assignment's template; else it was booted. */
  fromTemplate: z.int().optional(),
  /** Translated code has failed on the worker: all of the run, or what was left of it, was interpreted. */
  withoutTranslation: z.literal(true).optional(),
});

export type Result = z.infer<typeof resultSchema>;

import { z } from "zod";
import { submissionIdSchema } from "./submission-id.ts";

/** `checkpoint`: the guest stands still until the other worker has read one; the others are live. */
export const moveWaySchema = z.enum(["precopy", "postcopy", "hybrid", "checkpoint"]);

export type MoveWay = z.infer<typeof moveWaySchema>;

/** How the last move of a run went, as the worker says that it left. */
export const moveReportSchema = z.object({
  /** Of the order. */
  id: z.string(),
  run: submissionIdSchema,
  from: z.string(),
  to: z.string(),
  way: moveWaySchema,
  /** `stayed`: it runs where it was; `ended`: it came to its end there before it could go. */
  outcome: z.enum(["moved", "stayed", "ended"]),
  /** Why it stayed, or did not go the way that was asked for. */
  why: z.string().optional(),
  /** Unix milliseconds of the order. */
  startedAt: z.number().optional(),
  /** Of a live one that came so far. */
  figures: z
    .object({
      rounds: z.int(),
      /**
       * Each round of pre-copy, in order: what it sent, milliseconds that it took, and the pages that the
       * guest has written meanwhile. What is sent while the guest stands still is no round.
       */
      passes: z
        .array(
          z.object({
            ...{ pages: z.int(), bytes: z.int(), dirtiedPages: z.int() },
            duration: z.number(),
          }),
        )
        .max(64)
        .optional(),
      /** Everything that left for the other worker. */
      sentBytes: z.int(),
      /** Milliseconds from the last instruction here to the word that it runs there. */
      downtime: z.number().optional(),
      /** Milliseconds from the order to its end here. */
      total: z.number(),
      /** By how they were said. */
      pages: z.record(z.string(), z.int()),
      stoppedPages: z.int(),
      laterPages: z.int(),
      demandedPages: z.int(),
      /** The least part of its instructions that the guest got. */
      share: z.number(),
    })
    .optional(),
});

export type MoveReport = z.infer<typeof moveReportSchema>;

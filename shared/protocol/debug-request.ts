import { z } from "zod";

/** A number of up to 64 bits, in hexadecimal. */
const hex = z.string().regex(/^[0-9a-f]{1,16}$/);
const hart = z.int().min(0).max(63);
/** Of one stop of the guest: what goes on from there names it, and is done once. */
const stop = z.string().min(1).max(40);

/** The longest piece of memory that is read at once. */
export const mostDebugBytes = 8192;

/** Where a guest is to stop. */
export const debugPointsSchema = z.object({
  breakpoints: z.array(hex).max(1000),
  watchpoints: z
    .array(
      z.object({
        kind: z.enum(["store", "load", "access"]),
        address: hex,
        bytes: z
          .int()
          .min(0)
          .max(2 ** 31),
      }),
    )
    .max(64),
});

export type DebugPoints = z.infer<typeof debugPointsSchema>;

/**
 * What a debugger asks of a run, wherever the run is. Nothing in it writes: a run that was looked at
 * has the grade that it would have had.
 *
 * Each may come twice and does no harm then: `go` and `step` name the stop that they go on from, and
 * the others set or say what is.
 */
export const debugAskSchema = z.discriminatedUnion("do", [
  /** Stops the guest, at these points too from now on. */
  z.object({ do: z.literal("attach"), points: debugPointsSchema }),
  z.object({ do: z.literal("stop") }),
  /** With other points from there on, where there are any others. */
  z.object({ do: z.literal("go"), stop, points: debugPointsSchema.optional() }),
  /** One instruction of this hart; the others have their turns meanwhile. */
  z.object({ do: z.literal("step"), stop, hart, points: debugPointsSchema.optional() }),
  /** By the numbers of gdb. */
  z.object({ do: z.literal("register"), hart, register: z.int().min(0).max(5000) }),
  z.object({
    do: z.literal("memory"),
    ...{ hart, address: hex, bytes: z.int().min(0).max(mostDebugBytes) },
  }),
  z.object({ do: z.literal("monitor"), line: z.string().max(1000) }),
  /** How things stand; also a sign of life. */
  z.object({ do: z.literal("look") }),
  z.object({ do: z.literal("detach") }),
]);

export type DebugAsk = z.infer<typeof debugAskSchema>;

export const debugRequestSchema = z.object({
  /** Of one debugger; a run has one at a time. */
  session: z.string().regex(/^[A-Za-z0-9-]{1,60}$/),
  /** What the answer is found by. */
  n: z.int().min(0),
  ask: debugAskSchema,
});

export type DebugRequest = z.infer<typeof debugRequestSchema>;

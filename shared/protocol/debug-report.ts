import { z } from "zod";

const hex = z.string().regex(/^[0-9a-f]{1,16}$/);
const hart = z.int().min(0).max(63);

/** Why a guest stands still. */
export const debugReasonSchema = z.discriminatedUnion("kind", [
  /** The debugger has asked for it. */
  z.object({ kind: z.literal("asked") }),
  /** The run begins, or goes on from a checkpoint, and waits for its debugger. */
  z.object({ kind: z.literal("held") }),
  z.object({ kind: z.literal("stepped") }),
  z.object({ kind: z.literal("breakpoint") }),
  z.object({
    kind: z.literal("watchpoint"),
    ...{ access: z.enum(["store", "load", "access"]), address: hex },
  }),
]);

export type DebugReason = z.infer<typeof debugReasonSchema>;

/** How a run that is debugged stands. */
export const debugStatusSchema = z.object({
  /** Instructions retired. */
  at: z.int(),
  harts: z.array(z.enum(["running", "waiting", "stopped"])).max(64),
  /** Not there while the guest runs. */
  stop: z
    .object({
      id: z.string().max(40),
      why: debugReasonSchema,
      hart,
      /** Of each hart `x0` to `x31` and `pc`, 64 bits each in target byte order. */
      registers: z.array(z.string().max(1000)).max(64),
    })
    .optional(),
});

export type DebugStatus = z.infer<typeof debugStatusSchema>;

/** What was asked for. */
export const debugAnswerSchema = z.object({
  /** Memory, or a register in target byte order; fewer bytes than asked for where there are no more. */
  hex: z.string().max(20_000).optional(),
  /** Of the monitor. */
  text: z.string().max(200_000).optional(),
  /** The control and status registers that there are, with their numbers. */
  csrs: z
    .array(z.tuple([z.string().max(40), z.int()]))
    .max(4096)
    .optional(),
  /** Why it cannot be had. */
  problem: z.string().max(500).optional(),
});

export type DebugAnswer = z.infer<typeof debugAnswerSchema>;

/** What a worker says to the debugger of a run that it has; an answer, or unasked. */
export const debugReportSchema = z.object({
  session: z.string().max(60),
  worker: z.string().max(60),
  epoch: z.int(),
  /** Of the request that it answers. */
  n: z.int().optional(),
  /** Not there before the guest has begun. */
  status: debugStatusSchema.optional(),
  answer: debugAnswerSchema.optional(),
  /** The debugger has nothing to do with the run any more. */
  over: z
    .object({
      words: z.string().max(500),
      /** Whether the run has ended, and with which status of its guest. */
      exit: z.int().min(0).max(255).optional(),
    })
    .optional(),
});

export type DebugReport = z.infer<typeof debugReportSchema>;

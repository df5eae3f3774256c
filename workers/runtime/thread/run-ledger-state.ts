import { z } from "zod";
import type { ExitTimes } from "../../vmm/mod.ts";

/**
 * What a run's host time went to, as it travels with the run: facts of the hosts that had it, which no
 * guest can tell and no grade depends on. What the guest did is counted by its machine and script.
 */
const amount = z.number().nonnegative();

const histogramSchema = z.object({
  counts: z.array(z.tuple([amount, amount])).max(1000),
  ...{ sum: amount, least: amount, most: amount, samples: amount },
});

const timesSchema = z.object({
  running: amount,
  byCategory: z.record(z.string().max(40), histogramSchema),
  slowest: z
    .array(
      z.object({
        category: z.string().max(40),
        ...{ took: amount, steps: amount, hart: amount },
        /** Nanoseconds since 1970. */
        at: z.number(),
        pc: z.string().max(16),
      }),
    )
    .max(128),
});

const spentSchema = z.object({
  ...{ running: amount, idle: amount, waiting: amount, paused: amount },
  driver: amount,
});

const stretchSchema = z.object({
  times: timesSchema,
  spent: spentSchema,
  /** Exits of the monitor's own categories. */
  own: z.record(z.string().max(40), amount),
});

const ledgerStateSchema = z.object({
  /** Of the steps that are decided. */
  steps: z.array(stretchSchema).max(200),
  /** Since then. */
  open: stretchSchema,
  /** Unix milliseconds at which it was saved. */
  at: z.number(),
});

export interface Stretch extends Omit<z.infer<typeof stretchSchema>, "times"> {
  readonly times: ExitTimes;
}

export interface LedgerState {
  readonly steps: readonly Stretch[];
  readonly open: Stretch;
  readonly at: number;
}

/** @returns undefined for what is none: the run goes on without it */
export function parseLedgerState(value: unknown): LedgerState | undefined {
  const parsed = ledgerStateSchema.safeParse(value);
  return parsed.success ? (parsed.data as unknown as LedgerState) : undefined;
}

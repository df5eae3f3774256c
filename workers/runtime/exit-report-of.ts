import type { ExitReport, ExitRow } from "../../shared/schema/exit-report.ts";
import { type ExitTimes, LogHistogram, type Nanoseconds } from "../vmm/mod.ts";
import type { Spending } from "./time-account.ts";

export interface RunRecord {
  readonly instructions: number;
  /** Every category, zeros too. */
  readonly counts: Readonly<Record<string, number>>;
  readonly times: ExitTimes;
  readonly spent: Readonly<Record<Spending, Nanoseconds>>;
}

/** What a run's machines have counted and its driver has measured, in the terms that people read. */
export function exitReportOf({ instructions, counts, times, spent }: RunRecord): ExitReport {
  const rows = Object.entries(counts).map(([category, count]): ExitRow => {
    const state = times.byCategory[category as keyof ExitTimes["byCategory"]];
    if (state === undefined) return { category, count };
    const seen = LogHistogram.from(state);
    return {
      category,
      count,
      time: {
        ...{ total: seen.sum, samples: seen.samples, min: seen.least, mean: seen.mean },
        ...{ p50: seen.quantile(0.5), p99: seen.quantile(0.99), max: seen.most },
      },
    };
  });
  const monitor = rows.reduce((sum, { time }) => sum + (time?.total ?? 0), 0);
  const { running, ...others } = spent;
  // Of a very short run the estimate may be more than there was.
  const inMonitor = Math.min(monitor, running);
  return {
    instructions,
    rows,
    time: { ...others, guest: running - inMonitor, monitor: inMonitor },
  };
}

import type { ExitReport, ExitTime } from "../../../shared/schema/exit-report.ts";
import { byTime } from "../../../shared/telemetry/by-time.ts";

interface TimedExits {
  /** The category, or "mmio.write: uart0". */
  readonly name: string;
  readonly category: string;
  readonly time: ExitTime;
}

/** What has a histogram: categories with what takes most time first, each with its parts behind it. */
export function timedExits(report: ExitReport): readonly TimedExits[] {
  const hasBuckets = ({ time }: { time?: ExitTime | undefined }) =>
    (time?.buckets?.length ?? 0) > 0;
  return [...report.rows].sort(byTime).flatMap((row) => {
    const { category, parts = [] } = row;
    const named = parts.toSorted(byTime).map((part) => {
      return { ...part, name: `${category}: ${part.name}` };
    });
    return [{ ...row, name: category }, ...named].filter(hasBuckets).flatMap(({ name, time }) => {
      return time ? [{ name, category, time }] : [];
    });
  });
}

import type { ExitRow } from "../schema/exit-report.ts";

type Row = Pick<ExitRow, "count" | "time">;

/** Orders exits as all tables do: what takes most time first, then what is most frequent. */
export function byTime(a: Row, b: Row): number {
  return (b.time?.total ?? 0) - (a.time?.total ?? 0) || b.count - a.count;
}

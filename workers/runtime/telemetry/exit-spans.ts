import type { SpanContext } from "@opentelemetry/api";
import type { ExitRow, SlowExit } from "../../../shared/schema/exit-report.ts";
import { emitSpan } from "../../../shared/telemetry/otel/emit-span.ts";
import type { UnixMilliseconds } from "../../../shared/telemetry/otel/span-clock.ts";

/** A part of a run's time. */
export interface Stretch {
  readonly start: UnixMilliseconds;
  readonly end: UnixMilliseconds;
}

export interface ExitsOfStretch extends Stretch {
  readonly run: string;
  readonly parent: SpanContext;
  readonly rows: readonly ExitRow[];
  /** Of any stretch: those that were in this one are shown. */
  readonly slowest: readonly SlowExit[];
}

const nanoseconds = 1e6;

/**
 * One span for each category that had exits, as long as they took together, and one for each of the
 * longest single exits, when it was.
 */
export function emitExits({ run, parent, start, end, rows, slowest }: ExitsOfStretch): void {
  const all = rows.reduce((sum, { count }) => sum + count, 0);
  const spent = rows.reduce((sum, { time }) => sum + (time?.total ?? 0), 0);
  for (const { category, count, time, parts = [] } of rows) {
    if (count === 0) continue;
    const attributes = {
      ...{ "vm.run.id": run, "vm.exit.category": category },
      ...{ "vm.exit.count": count, "vm.exit.share": count / all },
      ...(time && {
        "vm.exit.samples": time.samples,
        "vm.exit.time.total": time.total,
        "vm.exit.time.share": spent === 0 ? 0 : time.total / spent,
        "vm.exit.time.min": time.min,
        "vm.exit.time.mean": time.mean,
        "vm.exit.time.p50": time.p50,
        "vm.exit.time.p99": time.p99,
        "vm.exit.time.max": time.max,
      }),
      ...(parts.length > 0 && {
        "vm.exit.part.names": parts.map(({ name }) => name),
        "vm.exit.part.counts": parts.map((part) => part.count),
        "vm.exit.part.times": parts.map((part) => part.time?.total ?? 0),
      }),
    };
    // The part of a step that was on another worker has its time, too, and not its place.
    const until = Math.min(end, start + (time?.total ?? 0) / nanoseconds);
    emitSpan({ name: "vm.exits", parent, start, end: until, attributes });
  }
  for (const { category, at, started, duration, pc } of slowest) {
    const over = started + duration / nanoseconds;
    if (started < start || over > end) continue;
    const attributes = {
      ...{ "vm.run.id": run, "vm.exit.category": category },
      ...{ "vm.exit.at": at, "vm.exit.pc": pc },
    };
    emitSpan({ name: "vm.exit", parent, start: started, end: over, attributes });
  }
}

import type { SpanContext } from "@opentelemetry/api";
import { chosenIds } from "../../../shared/telemetry/otel/chosen-ids.ts";
import { emitSpan } from "../../../shared/telemetry/otel/emit-span.ts";
import type { UnixMilliseconds } from "../../../shared/telemetry/otel/span-clock.ts";
import { traceParent } from "../../../shared/telemetry/otel/trace-parent.ts";
import type { MigrationStatistics } from "../../vmm/mod.ts";

interface DepartureParts {
  readonly run: string;
  readonly from: string;
  readonly to: string;
  readonly way: string;
  /** The run's span here. */
  readonly parent: SpanContext;
  now(): UnixMilliseconds;
  /** When the guest stood still for it, if it did. */
  stoodAt(): UnixMilliseconds | undefined;
}

const noTrace = /^0+$/;

/** The span `migration` of a run that leaves, and what is in it. */
export class DepartureTrace {
  readonly #parts: DepartureParts;
  readonly #began: UnixMilliseconds;
  readonly #own: SpanContext;
  #overAt: UnixMilliseconds | undefined;
  #arrivesAs: SpanContext | undefined;

  constructor(parts: DepartureParts) {
    this.#parts = parts;
    this.#began = parts.now();
    this.#own = { ...parts.parent, spanId: chosenIds.generateSpanId() };
  }

  /** As `traceparent`; undefined where nothing is traced. */
  get place(): string | undefined {
    return noTrace.test(this.#own.traceId) ? undefined : traceParent.write(this.#own);
  }

  /** What the other side's `vm.run` will be. */
  arrivesAs(place: string | undefined): void {
    this.#arrivesAs = traceParent.read(place);
  }

  /** From here on it is decided; what it was is said later. */
  over(): void {
    this.#overAt = this.#parts.now();
  }

  tell(
    outcome: "moved" | "stayed",
    statistics: MigrationStatistics | undefined,
    why: string | undefined,
  ): void {
    const { run, from, to, way, parent } = this.#parts;
    const start = this.#began;
    const end = this.#overAt ?? this.#parts.now();
    emitSpan({
      ...{ name: "migration", parent, own: this.#own, start, end },
      attributes: {
        ...{ "vm.run.id": run, "vm.migration.from": from, "vm.migration.to": to },
        ...{ "vm.migration.way": way, "vm.migration.outcome": outcome },
        ...(why !== undefined && { "vm.migration.why": why }),
        ...(statistics && {
          "vm.migration.rounds": statistics.rounds.length,
          "vm.migration.bytes": statistics.sentBytes,
          "vm.migration.share": statistics.share,
        }),
        ...(statistics?.downtime !== undefined && {
          "vm.migration.downtime": statistics.downtime,
        }),
      },
      links: outcome === "moved" ? [this.#arrivesAs] : [],
      failure: outcome === "stayed" ? (why ?? "it stays") : undefined,
    });
    if (statistics) this.#tellPhases(statistics, end);
  }

  #tellPhases(
    { rounds, copied, downtime, stoppedPages }: MigrationStatistics,
    end: UnixMilliseconds,
  ) {
    const { run, stoodAt } = this.#parts;
    // What the guest's thread has measured is right; when this thread heard of it may be later.
    const heard = stoodAt();
    const stood = heard && Math.max(this.#began, Math.min(heard, end - (downtime ?? 0)));
    const parent = this.#own;
    const until = stood ?? end;
    const total = rounds.reduce((sum, { roundMilliseconds }) => sum + roundMilliseconds, 0);
    // The rounds end when the guest stands still; before them the two sides come to an understanding.
    let at = Math.max(this.#began, until - total);
    for (const { pages, bytes, dirtiedPages, roundMilliseconds } of rounds) {
      const over = Math.min(until, at + roundMilliseconds);
      const attributes = {
        ...{ "vm.run.id": run, "vm.migration.pages": pages },
        ...{ "vm.migration.bytes": bytes, "vm.migration.dirty": dirtiedPages },
      };
      emitSpan({ name: "migration.round", parent, start: at, end: over, attributes });
      at = over;
    }
    if (stood === undefined) return;
    const went = Math.min(end, stood + (copied ?? downtime ?? 0));
    const attributes = { "vm.run.id": run, "vm.migration.pages": stoppedPages };
    emitSpan({ name: "migration.stop-and-copy", parent, start: stood, end: went, attributes });
    if (copied === undefined) return;
    const runs = Math.min(end, stood + (downtime ?? end - stood));
    const words = { "vm.run.id": run };
    emitSpan({ name: "migration.switchover", parent, start: went, end: runs, attributes: words });
  }
}

import type { Attributes } from "@opentelemetry/api";

export type DroppedSignal = "traces" | "metrics";
/** `queue-full`: there was no room to wait in; `not-delivered`: nobody took it in time. */
export type DropReason = "queue-full" | "not-delivered";

/** How much telemetry of this process was thrown away. */
export class DroppedTelemetry {
  readonly #counts = new Map<string, { readonly attributes: Attributes; count: number }>();

  constructor() {
    this.count("traces", "queue-full", 0);
    this.count("traces", "not-delivered", 0);
    this.count("metrics", "not-delivered", 0);
  }

  count(signal: DroppedSignal, reason: DropReason, items: number): void {
    const key = `${signal} ${reason}`;
    const attributes = {
      "trapline.telemetry.signal": signal,
      "trapline.telemetry.reason": reason,
    };
    const entry = this.#counts.get(key) ?? { attributes, count: 0 };
    entry.count += items;
    this.#counts.set(key, entry);
  }

  /** Spans and metric points that were dropped, in all. */
  get total(): number {
    return [...this.#counts.values()].reduce((sum, { count }) => sum + count, 0);
  }

  report(observe: (count: number, attributes: Attributes) => void): void {
    for (const { count, attributes } of this.#counts.values()) observe(count, attributes);
  }
}

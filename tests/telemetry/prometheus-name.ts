import type { MetricRow } from "../../shared/telemetry/metrics.ts";

/** What the Prometheus exporter makes of a metric's name: no dots, and `_total` behind a counter's. */
export function prometheusName(name: string, { instrument }: MetricRow): string {
  return `${name.replaceAll(/[^a-z0-9]/g, "_")}${instrument === "counter" ? "_total" : ""}`;
}

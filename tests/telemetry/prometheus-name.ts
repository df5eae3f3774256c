import type { MetricRow } from "../../shared/telemetry/metrics.ts";
import { prometheusUnit } from "../../shared/telemetry/prometheus-unit.ts";

/** A metric's name in Prometheus: no dots, behind it the unit, and of a counter `_total`. */
export function prometheusName(name: string, { instrument, unit }: MetricRow): string {
  const suffix = prometheusUnit(unit, instrument === "gauge");
  const words = [
    ...[name.replaceAll(/[^a-z0-9]/g, "_"), ...(suffix === undefined ? [] : [suffix])],
    ...(instrument === "counter" ? ["total"] : []),
  ];
  return words.join("_");
}

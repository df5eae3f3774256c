import { type ExportResult, ExportResultCode } from "@opentelemetry/core";
import {
  AggregationTemporality,
  AggregationType,
  type PushMetricExporter,
  type ResourceMetrics,
} from "@opentelemetry/sdk-metrics";
import type { DroppedTelemetry } from "./dropped-telemetry.ts";

/** An exporter that counts what nobody takes. Metrics do not wait: the next ones say the same and more. */
export function countedMetrics(
  exporter: PushMetricExporter,
  dropped: DroppedTelemetry,
): PushMetricExporter {
  return {
    export: (metrics, done) =>
      exporter.export(metrics, (result: ExportResult) => {
        if (result.code !== ExportResultCode.SUCCESS) {
          dropped.count("metrics", "not-delivered", pointsOf(metrics));
        }
        done(result);
      }),
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
    selectAggregation: (kind) =>
      exporter.selectAggregation?.(kind) ?? { type: AggregationType.DEFAULT },
    selectAggregationTemporality: (kind) =>
      exporter.selectAggregationTemporality?.(kind) ?? AggregationTemporality.CUMULATIVE,
  };
}

function pointsOf({ scopeMetrics }: ResourceMetrics): number {
  const all = scopeMetrics.flatMap(({ metrics }) => metrics.map(({ dataPoints }) => dataPoints));
  return all.reduce((sum, points) => sum + points.length, 0);
}

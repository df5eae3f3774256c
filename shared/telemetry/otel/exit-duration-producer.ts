import { ValueType } from "@opentelemetry/api";
import { hrTime } from "@opentelemetry/core";
import { emptyResource } from "@opentelemetry/resources";
import {
  AggregationTemporality,
  DataPointType,
  type HistogramMetricData,
  type MetricProducer,
} from "@opentelemetry/sdk-metrics";
import { metricTable } from "../metrics.ts";
import type { ExitDurations } from "./exit-durations.ts";

/** `vm.exit.duration` for the SDK's readers. */
export function exitDurationProducer(durations: ExitDurations): MetricProducer {
  const startTime = hrTime();
  const { unit, description } = metricTable["vm.exit.duration"];
  const collect = (): HistogramMetricData => {
    const endTime = hrTime();
    return {
      descriptor: { name: "vm.exit.duration", unit, description, valueType: ValueType.DOUBLE },
      aggregationTemporality: AggregationTemporality.CUMULATIVE,
      dataPointType: DataPointType.HISTOGRAM,
      dataPoints: durations.points().map(({ category, counts, count, sum }) => ({
        ...{ startTime, endTime, attributes: { "vm.exit.category": category } },
        value: {
          buckets: { boundaries: [...durations.boundaries], counts: [...counts] },
          ...{ count, sum },
        },
      })),
    };
  };
  return {
    collect: async () => {
      const metric = collect();
      // A histogram without points would be a family without rows.
      const metrics = metric.dataPoints.length === 0 ? [] : [metric];
      const scopeMetrics = [{ scope: { name: "trapline" }, metrics }];
      return { resourceMetrics: { resource: emptyResource(), scopeMetrics }, errors: [] };
    },
  };
}

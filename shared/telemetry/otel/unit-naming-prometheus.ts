import { PrometheusExporter } from "@opentelemetry/exporter-prometheus";
import { type CollectionResult, DataPointType, type MetricData } from "@opentelemetry/sdk-metrics";
import { prometheusUnit } from "../prometheus-unit.ts";

/**
 * The SDK's Prometheus endpoint, with units in names: the SDK leaves them out, OpenTelemetry's specification
 * and the Collector do not. So a metric has one name, however it comes to Prometheus.
 */
export class UnitNamingPrometheus extends PrometheusExporter {
  override async collect(
    ...options: Parameters<PrometheusExporter["collect"]>
  ): Promise<CollectionResult> {
    const { resourceMetrics, errors } = await super.collect(...options);
    const scopeMetrics = resourceMetrics.scopeMetrics.map(({ scope, metrics }) => ({
      ...{ scope, metrics: metrics.map(withUnit) },
    }));
    return { resourceMetrics: { ...resourceMetrics, scopeMetrics }, errors };
  }
}

function withUnit(metric: MetricData): MetricData {
  const { descriptor, dataPointType } = metric;
  const unit = prometheusUnit(descriptor.unit, dataPointType === DataPointType.GAUGE);
  if (unit === undefined) return metric;
  return { ...metric, descriptor: { ...descriptor, name: `${descriptor.name}.${unit}` } };
}

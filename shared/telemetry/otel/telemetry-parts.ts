import type { ContextManager, TextMapPropagator } from "@opentelemetry/api";
import type { Resource } from "@opentelemetry/resources";
import type { IMetricReader } from "@opentelemetry/sdk-metrics";
import type { IdGenerator, Sampler, SpanProcessor } from "@opentelemetry/sdk-trace";

/** What the telemetry of a process is made of, whoever puts it together. */
export interface TelemetryParts {
  readonly resource: Resource;
  readonly sampler: Sampler;
  readonly idGenerator: IdGenerator;
  readonly contextManager: ContextManager;
  readonly propagator: TextMapPropagator;
  /** None: there are no traces. */
  readonly spanProcessors: SpanProcessor[];
  /** None: there are no metrics. */
  readonly metricReaders: IMetricReader[];
}

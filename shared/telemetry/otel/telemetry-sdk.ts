/**
 * The SDK behind `startTelemetry`, which alone loads it. The same parts in every process: exporters of
 * OTLP over HTTP with protobuf, bounded batches, a Prometheus endpoint. Under Node they are put together
 * by `sdk-node`, under Deno by hand (decision 0051).
 */
import { DiagLogLevel, diag } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-proto";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import {
  defaultResource,
  detectResources,
  envDetector,
  type Resource,
  resourceFromAttributes,
} from "@opentelemetry/resources";
import {
  type IMetricReader,
  type MetricProducer,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from "@opentelemetry/sdk-trace";
import { inTime } from "../../time/in-time.ts";
import { chosenIds } from "./chosen-ids.ts";
import { countedMetrics } from "./counted-metrics.ts";
import { CountedSpans } from "./counted-spans.ts";
import { DroppedTelemetry } from "./dropped-telemetry.ts";
import { exitDurationProducer } from "./exit-duration-producer.ts";
import { Instruments } from "./instruments.ts";
import type { Telemetry, TelemetryIdentity, TelemetryOptions } from "./telemetry.ts";
import type { TelemetryParts } from "./telemetry-parts.ts";
import type { TelemetrySettings } from "./telemetry-settings.ts";
import { UnitNamingPrometheus } from "./unit-naming-prometheus.ts";

/** A process that ends does not wait longer than this for a collector. */
const flushMilliseconds = 1500;
/** One complaint of a kind in so many milliseconds. */
const quiet = 60_000;

export async function startSdk(
  settings: TelemetrySettings,
  { identity, durations, tell }: TelemetryOptions,
): Promise<Telemetry> {
  complainTo(tell);
  const dropped = new DroppedTelemetry();
  const producers = durations ? [exitDurationProducer(durations)] : [];
  const parts: TelemetryParts = {
    resource: resourceOf(identity),
    sampler: samplerOf(settings.sampler),
    idGenerator: chosenIds,
    contextManager: new AsyncLocalStorageContextManager(),
    propagator: new W3CTraceContextPropagator(),
    spanProcessors: settings.traces
      ? [new CountedSpans({ ...settings.batches, exporter: new OTLPTraceExporter(), dropped })]
      : [],
    metricReaders: readersOf(settings, producers, dropped, tell),
  };
  const shutDown = await put(parts);
  new Instruments().follow("trapline.telemetry.dropped", (observe) => dropped.report(observe));
  return {
    hasTraces: settings.traces,
    get dropped() {
      return dropped.total;
    },
    stop: () => inTime(shutDown(), flushMilliseconds),
  };
}

/** Puts the parts to work, by what the runtime has for it. */
async function put(parts: TelemetryParts): Promise<() => Promise<void>> {
  if ("Deno" in globalThis) {
    const { startPieces } = await import("./start-pieces.ts");
    return startPieces(parts);
  }
  const { startNodeSdk } = await import("./start-node-sdk.ts");
  return startNodeSdk(parts);
}

function readersOf(
  { metrics, prometheus, metricInterval }: TelemetrySettings,
  metricProducers: MetricProducer[],
  dropped: DroppedTelemetry,
  tell: (sentence: string) => void,
): IMetricReader[] {
  const readers: IMetricReader[] = [];
  if (metrics) {
    const exporter = countedMetrics(new OTLPMetricExporter(), dropped);
    const times = {
      exportIntervalMillis: metricInterval,
      exportTimeoutMillis: Math.min(metricInterval, 30_000),
    };
    readers.push(new PeriodicExportingMetricReader({ exporter, metricProducers, ...times }));
  }
  if (prometheus) {
    const { host, port } = prometheus;
    const options = { ...prometheus, metricProducers, withoutScopeInfo: true };
    const onStart = (error: unknown) => {
      // Whoever runs is more than whoever counts.
      if (error instanceof Error)
        tell(`telemetry: no metrics at ${host}:${port}: ${error.message}`);
    };
    readers.push(new UnitNamingPrometheus(options, onStart));
  }
  return readers;
}

/** What `OTEL_RESOURCE_ATTRIBUTES` and `OTEL_SERVICE_NAME` say goes before what we say. */
function resourceOf({ service, instance, version, attributes }: TelemetryIdentity): Resource {
  const own = resourceFromAttributes({
    "service.name": service,
    "service.namespace": "trapline",
    "service.instance.id": instance,
    "service.version": version,
    ...attributes,
  });
  return defaultResource()
    .merge(own)
    .merge(detectResources({ detectors: [envDetector] }));
}

function samplerOf({ name, ratio }: TelemetrySettings["sampler"]): Sampler {
  const plain = name.replace("parentbased_", "");
  const root =
    plain === "always_on"
      ? new AlwaysOnSampler()
      : plain === "always_off"
        ? new AlwaysOffSampler()
        : new TraceIdRatioBasedSampler(ratio);
  return plain === name ? root : new ParentBasedSampler({ root });
}

/** A collector that is away would otherwise be told of with every batch. */
function complainTo(tell: (sentence: string) => void): void {
  let last = Number.NEGATIVE_INFINITY;
  const complain = (message: string) => {
    const now = performance.now();
    if (now - last < quiet) return;
    last = now;
    tell(`telemetry: ${message.split("\n", 1)[0]?.slice(0, 300)}`);
  };
  const ignore = () => undefined;
  const logger = { error: complain, warn: complain, info: ignore, debug: ignore, verbose: ignore };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
}

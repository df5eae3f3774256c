import { context, metrics, propagation, trace } from "@opentelemetry/api";
import { MeterProvider } from "@opentelemetry/sdk-metrics";
import { TracerProvider } from "@opentelemetry/sdk-trace";
import type { TelemetryParts } from "./telemetry-parts.ts";

/** Puts the parts to work where there is no `sdk-node`. @returns how they are ended */
export function startPieces(parts: TelemetryParts): () => Promise<void> {
  const { resource, sampler, idGenerator, contextManager, propagator } = parts;
  const { spanProcessors, metricReaders } = parts;
  context.setGlobalContextManager(contextManager.enable());
  propagation.setGlobalPropagator(propagator);
  const ends: (() => Promise<void>)[] = [];
  if (metricReaders.length > 0) {
    const provider = new MeterProvider({ resource, readers: metricReaders });
    metrics.setGlobalMeterProvider(provider);
    ends.push(() => provider.shutdown());
  }
  if (spanProcessors.length > 0) {
    const provider = new TracerProvider({ resource, sampler, idGenerator, spanProcessors });
    trace.setGlobalTracerProvider(provider);
    ends.push(() => provider.shutdown());
  }
  return async () => void (await Promise.all(ends.map((end) => end())));
}

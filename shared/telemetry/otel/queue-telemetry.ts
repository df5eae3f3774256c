import { ROOT_CONTEXT, SpanKind, trace } from "@opentelemetry/api";
import type { QueueBaseOptions } from "bullmq";
import { BullMQOtel } from "bullmq-otel";

type QueueTelemetry = NonNullable<QueueBaseOptions["telemetry"]>;

/**
 * BullMQ's own spans, of what is put into the queue and taken out of it. Those of its housekeeping, which
 * would be traces of their own every few seconds, are left out.
 */
export function queueTelemetry(): QueueTelemetry {
  const { tracer, contextManager } = new BullMQOtel({ tracerName: "bullmq" });
  const silent = trace.wrapSpanContext({ traceId: "", spanId: "", traceFlags: 0 });
  return {
    contextManager,
    tracer: {
      startSpan(name, options, parent) {
        const isTold = options?.kind === SpanKind.PRODUCER || options?.kind === SpanKind.CONSUMER;
        if (isTold) return tracer.startSpan(name, options, parent);
        return {
          setSpanOnContext: (place) => trace.setSpan(place ?? ROOT_CONTEXT, silent),
          setAttribute: () => undefined,
          setAttributes: () => undefined,
          addEvent: () => undefined,
          recordException: () => undefined,
          end: () => undefined,
        };
      },
    },
  } satisfies QueueTelemetry;
}

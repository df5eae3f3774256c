import { type Context, TraceFlags } from "@opentelemetry/api";
import { type ExportResult, ExportResultCode } from "@opentelemetry/core";
import {
  BatchSpanProcessor,
  type BatchSpanProcessorOptions,
  type ReadableSpan,
  type Span,
  type SpanExporter,
  type SpanProcessor,
} from "@opentelemetry/sdk-trace";
import type { DroppedTelemetry } from "./dropped-telemetry.ts";

/**
 * The SDK's batches of spans, and a count of those that are thrown away. At most `maxQueueSize` spans
 * wait; one more is dropped and counted, and whoever has made it never waits.
 */
export class CountedSpans implements SpanProcessor {
  readonly #batches: BatchSpanProcessor;
  readonly #dropped: DroppedTelemetry;
  readonly #most: number;
  #waiting = 0;

  constructor(options: BatchSpanProcessorOptions & { readonly dropped: DroppedTelemetry }) {
    const { exporter, dropped, maxQueueSize = 2048 } = options;
    this.#dropped = dropped;
    this.#most = maxQueueSize;
    this.#batches = new BatchSpanProcessor({
      ...options,
      maxQueueSize,
      exporter: this.#counting(exporter),
    });
  }

  onStart(span: Span, parent: Context): void {
    this.#batches.onStart(span, parent);
  }

  onEnd(span: ReadableSpan): void {
    // The batches leave those out.
    if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0) return;
    if (this.#waiting >= this.#most) {
      this.#dropped.count("traces", "queue-full", 1);
      return;
    }
    this.#waiting++;
    this.#batches.onEnd(span);
  }

  forceFlush(): Promise<void> {
    return this.#batches.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.#batches.shutdown();
  }

  #counting(exporter: SpanExporter): SpanExporter {
    return {
      export: (spans, done) => {
        this.#waiting -= spans.length;
        exporter.export(spans, (result: ExportResult) => {
          if (result.code !== ExportResultCode.SUCCESS) {
            this.#dropped.count("traces", "not-delivered", spans.length);
          }
          done(result);
        });
      },
      shutdown: () => exporter.shutdown(),
    };
  }
}

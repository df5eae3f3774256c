import { type SpanContext, TraceFlags } from "@opentelemetry/api";

const pattern = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;
const noTrace = "0".repeat(32);
const noSpan = "0".repeat(16);

/**
 * A span's place as text, and back.
 *
 * @see W3C Trace Context, `traceparent`
 */
export const traceParent = {
  pattern,

  write({ traceId, spanId, traceFlags }: SpanContext): string {
    return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, "0")}`;
  },

  /** @returns undefined for a text that is none */
  read(text: string | undefined): SpanContext | undefined {
    const [, traceId = noTrace, spanId = noSpan, flags = "00"] = text?.match(pattern) ?? [];
    if (traceId === noTrace || spanId === noSpan) return undefined;
    const traceFlags = Number.parseInt(flags, 16) & TraceFlags.SAMPLED;
    return { traceId, spanId, traceFlags, isRemote: true };
  },
};

import { z } from "zod";
import { hostAndPort } from "../../schema/host-and-port.ts";

/** What is asked of the telemetry of a process, in OpenTelemetry's own variables and one of ours. */
export interface TelemetrySettings {
  readonly traces: boolean;
  /** Whether metrics are sent. */
  readonly metrics: boolean;
  /** Where metrics can be fetched. */
  readonly prometheus: { readonly host: string; readonly port: number } | undefined;
  readonly sampler: { readonly name: SamplerName; readonly ratio: number };
  /** Milliseconds, but for `maxQueueSize` and `maxExportBatchSize`. */
  readonly batches: {
    readonly scheduledDelayMillis: number;
    readonly exportTimeoutMillis: number;
    readonly maxQueueSize: number;
    readonly maxExportBatchSize: number;
  };
  readonly metricInterval: number;
}

/**
 * A run's spans are made at once, when it ends: of 200 steps with 30 categories each. OpenTelemetry's own 2048
 * would lose some of them.
 */
const spansOfARun = 8192;

const samplers = [
  ...(["always_on", "always_off", "traceidratio"] as const),
  ...(["parentbased_always_on", "parentbased_always_off", "parentbased_traceidratio"] as const),
] as const;

export type SamplerName = (typeof samplers)[number];

const number = (least: number, otherwise: number) =>
  z.coerce.number().int().min(least).default(otherwise);
const exporter = z.enum(["otlp", "none"]).default("otlp");

const schema = z.object({
  OTEL_SDK_DISABLED: z.stringbool().default(false),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url().optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: z.url().optional(),
  OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: z.url().optional(),
  OTEL_EXPORTER_OTLP_PROTOCOL: z.literal("http/protobuf").optional(),
  OTEL_TRACES_EXPORTER: exporter,
  OTEL_METRICS_EXPORTER: exporter,
  OTEL_TRACES_SAMPLER: z.enum(samplers).default("parentbased_always_on"),
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).default(1),
  OTEL_BSP_SCHEDULE_DELAY: number(1, 5000),
  OTEL_BSP_EXPORT_TIMEOUT: number(1, 30_000),
  OTEL_BSP_MAX_QUEUE_SIZE: number(1, spansOfARun),
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: number(1, 512),
  OTEL_METRIC_EXPORT_INTERVAL: number(100, 60_000),
  TRAPLINE_METRICS: z
    .string()
    .regex(/^(\S+:[1-9]\d{0,4})?$/, "is no HOST:PORT")
    .optional(),
});

/**
 * @param read one environment variable: asked for by name, so that Deno needs no right to list them
 * @returns undefined where no telemetry is asked for
 * @throws Error with one line for each variable that is wrong
 */
export function readTelemetrySettings(
  read: (name: string) => string | undefined,
): TelemetrySettings | undefined {
  const names = Object.keys(schema.shape);
  // An empty variable is none, as OpenTelemetry has it.
  const given = names.map((name) => [name, read(name)?.trim() || undefined]);
  const result = schema.safeParse(Object.fromEntries(given));
  if (!result.success) {
    const lines = result.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
    throw new Error(`The telemetry cannot start.\n${lines.join("\n")}`);
  }
  const all = result.data;
  const isOn = (own: string | undefined, exporter: "otlp" | "none") =>
    exporter === "otlp" && (own ?? all.OTEL_EXPORTER_OTLP_ENDPOINT) !== undefined;
  const traces = isOn(all.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, all.OTEL_TRACES_EXPORTER);
  const metrics = isOn(all.OTEL_EXPORTER_OTLP_METRICS_ENDPOINT, all.OTEL_METRICS_EXPORTER);
  const address = all.TRAPLINE_METRICS;
  const prometheus = address === undefined ? undefined : hostAndPort(address);
  if (all.OTEL_SDK_DISABLED || !(traces || metrics || prometheus)) return undefined;
  return {
    ...{ traces, metrics, prometheus },
    sampler: { name: all.OTEL_TRACES_SAMPLER, ratio: all.OTEL_TRACES_SAMPLER_ARG },
    batches: {
      scheduledDelayMillis: all.OTEL_BSP_SCHEDULE_DELAY,
      exportTimeoutMillis: all.OTEL_BSP_EXPORT_TIMEOUT,
      maxQueueSize: all.OTEL_BSP_MAX_QUEUE_SIZE,
      maxExportBatchSize: all.OTEL_BSP_MAX_EXPORT_BATCH_SIZE,
    },
    metricInterval: all.OTEL_METRIC_EXPORT_INTERVAL,
  };
}

import { z } from "zod";

/**
 * The OpenTelemetry Collector's configuration, as far as we use it: of each component of the distribution
 * `contrib` that we name, the keys that its documentation has. The Collector refuses keys that it does not know.
 *
 * @see opentelemetry-collector: receiver/otlpreceiver, processor/{memorylimiter,batch}processor,
 *   exporter/otlphttpexporter, docs on `service::telemetry`; opentelemetry-collector-contrib:
 *   exporter/prometheusexporter, extension/healthcheckextension
 */
const duration = z.string().regex(/^(\d+(ms|s|m|h))+$/);
const mebibytes = z.int().positive();
const address = z.string().regex(/^\S+:[1-9]\d{0,4}$/);
const names = z.array(z.string()).nonempty();

const server = z.strictObject({ endpoint: address, max_request_body_size: z.int().optional() });
const pipeline = z.strictObject({ receivers: names, processors: names, exporters: names });

const limiter = z
  .strictObject({
    check_interval: duration,
    limit_mib: mebibytes,
    spike_limit_mib: mebibytes.optional(),
  })
  .refine(({ limit_mib, spike_limit_mib = 0 }) => spike_limit_mib < limit_mib);

const batch = z
  .strictObject({
    send_batch_size: z.int().positive().optional(),
    send_batch_max_size: z.int().nonnegative().optional(),
    timeout: duration.optional(),
  })
  .refine(({ send_batch_size: size = 8192, send_batch_max_size: most = 0 }) => {
    return most === 0 || most >= size;
  });

export const collectorSchema = z.strictObject({
  receivers: z.strictObject({
    otlp: z.strictObject({ protocols: z.strictObject({ http: server }) }),
  }),
  processors: z.strictObject({ memory_limiter: limiter, batch }),
  exporters: z.strictObject({
    "otlphttp/tempo": z.strictObject({ endpoint: z.url(), compression: z.string().optional() }),
    prometheus: z.strictObject({
      ...{ endpoint: address, namespace: z.string().optional(), const_labels: z.json().optional() },
      ...{ send_timestamps: z.boolean().optional(), metric_expiration: duration.optional() },
      ...{ enable_open_metrics: z.boolean().optional() },
    }),
  }),
  extensions: z.strictObject({
    health_check: z.strictObject({ endpoint: address, path: z.string().optional() }),
  }),
  service: z.strictObject({
    extensions: names,
    telemetry: z.strictObject({
      metrics: z.strictObject({
        readers: z.array(
          z.strictObject({
            pull: z.strictObject({
              exporter: z.strictObject({
                prometheus: z.strictObject({ host: z.string(), port: z.int() }),
              }),
            }),
          }),
        ),
      }),
    }),
    pipelines: z.strictObject({ traces: pipeline, metrics: pipeline }),
  }),
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { collectorSchema } from "./collector-schema.ts";
import { repository } from "./repository.ts";

const yamlOf = (path: string): unknown =>
  parse(readFileSync(join(repository, "deploy", path), "utf8"));
const collector = collectorSchema.parse(yamlOf("collector/config.yaml"));

/**
 * Tempo of one process; it ends where a key is unknown.
 *
 * @see Grafana Tempo, "Configure Tempo"
 */
const tempoSchema = z.strictObject({
  server: z.strictObject({ http_listen_port: z.int() }),
  distributor: z.strictObject({
    receivers: z.strictObject({
      otlp: z.strictObject({
        protocols: z.strictObject({ http: z.strictObject({ endpoint: z.string() }) }),
      }),
    }),
  }),
  storage: z.strictObject({
    trace: z.strictObject({
      backend: z.literal("local"),
      wal: z.strictObject({ path: z.string() }),
      local: z.strictObject({ path: z.string() }),
    }),
  }),
  compactor: z.strictObject({ compaction: z.strictObject({ block_retention: z.string() }) }),
});

test("the collector's pipelines are made of parts that there are, and use all of them", () => {
  const { service, ...parts } = collector;
  const pipelines = Object.values(service.pipelines);
  for (const kind of ["receivers", "processors", "exporters"] as const) {
    const used = new Set(pipelines.flatMap((pipeline) => pipeline[kind]));
    expect([...used].sort()).toEqual(Object.keys(parts[kind]).sort());
  }
  expect(Object.keys(parts.extensions)).toEqual(service.extensions);
  // Who is short of memory refuses before anything else is done.
  for (const { processors } of pipelines) expect(processors[0]).toBe("memory_limiter");
});

test("the collector's memory fits its container, and what Go may take fits its limit", () => {
  const { "otel-collector": container } = z
    .object({
      services: z.object({
        "otel-collector": z.object({
          environment: z.object({ GOMEMLIMIT: z.string().regex(/^\d+MiB$/) }),
          deploy: z.object({
            resources: z.object({ limits: z.object({ memory: z.string().regex(/^\d+M$/) }) }),
          }),
        }),
      }),
    })
    .parse(yamlOf("compose/telemetry.yaml")).services;
  const { limit_mib: limit } = collector.processors.memory_limiter;
  expect(Number.parseInt(container.environment.GOMEMLIMIT, 10)).toBe(0.8 * limit);
  // It takes some 50 MiB beside its heap.
  const memory = Number.parseInt(container.deploy.resources.limits.memory, 10);
  expect(limit + 50).toBeLessThanOrEqual(memory);
});

test("Tempo listens where the collector sends, and Grafana asks where it answers", () => {
  const tempo = tempoSchema.parse(yamlOf("compose/tempo.yaml"));
  const { port } = new URL(collector.exporters["otlphttp/tempo"].endpoint);
  expect(tempo.distributor.receivers.otlp.protocols.http.endpoint).toBe(`0.0.0.0:${port}`);
  const sources = yamlOf("compose/grafana/datasources/trapline.yaml");
  expect(JSON.stringify(sources)).toContain(`http://tempo:${tempo.server.http_listen_port}`);
});

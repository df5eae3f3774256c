import { expect, test } from "vitest";
import { readTelemetrySettings } from "./telemetry-settings.ts";

const read = (variables: Readonly<Record<string, string>>) =>
  readTelemetrySettings((name) => variables[name]);
const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4318" };

test("without a variable that says where there is no telemetry", () => {
  expect(read({})).toBeUndefined();
  expect(read({ OTEL_EXPORTER_OTLP_ENDPOINT: "", TRAPLINE_METRICS: " " })).toBeUndefined();
  expect(read({ OTEL_SERVICE_NAME: "x" })).toBeUndefined();
  expect(read({ ...endpoint, OTEL_SDK_DISABLED: "true" })).toBeUndefined();
  const none = { OTEL_TRACES_EXPORTER: "none", OTEL_METRICS_EXPORTER: "none" };
  expect(read({ ...endpoint, ...none })).toBeUndefined();
});

test("an endpoint is for traces and metrics, unless one of them is left out or has its own", () => {
  expect(read(endpoint)).toMatchObject({ traces: true, metrics: true, prometheus: undefined });
  expect(read({ ...endpoint, OTEL_METRICS_EXPORTER: "none" })).toMatchObject({ metrics: false });
  const own = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://127.0.0.1:4318/v1/traces" };
  expect(read(own)).toMatchObject({ traces: true, metrics: false });
});

test("Prometheus has a host and a port, also in brackets", () => {
  const at = (address: string) => read({ TRAPLINE_METRICS: address })?.prometheus;
  expect(at("0.0.0.0:9464")).toEqual({ host: "0.0.0.0", port: 9464 });
  expect(at("[::1]:9464")).toEqual({ host: "::1", port: 9464 });
});

test.each([
  [{ ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" }, "OTEL_EXPORTER_OTLP_PROTOCOL"],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: "nowhere" }, "OTEL_EXPORTER_OTLP_ENDPOINT"],
  [{ ...endpoint, OTEL_TRACES_SAMPLER: "sometimes" }, "OTEL_TRACES_SAMPLER"],
  [{ TRAPLINE_METRICS: "9464" }, "TRAPLINE_METRICS"],
  [{ ...endpoint, OTEL_BSP_MAX_QUEUE_SIZE: "many" }, "OTEL_BSP_MAX_QUEUE_SIZE"],
] as const)("%j is refused by name", (variables, name) => {
  expect(() => read(variables)).toThrow(name);
});

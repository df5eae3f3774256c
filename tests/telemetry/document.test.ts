import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { attributeTable } from "../../shared/telemetry/attributes.ts";
import { type MetricRow, metricTable } from "../../shared/telemetry/metrics.ts";
import { exitCategories } from "../../workers/vmm/mod.ts";
import { telemetryDocument } from "./document.ts";
import { prometheusName } from "./prometheus-name.ts";

const path = new URL("../../docs/telemetry.md", import.meta.url);
const metrics: readonly (readonly [string, MetricRow])[] = Object.entries(metricTable);

test("docs/telemetry.md has the tables that the code has; npm run telemetry writes them", () => {
  const text = readFileSync(path, "utf8");
  expect(text).toBe(telemetryDocument(text));
});

test("every category of exits has its place in the documents of telemetry and exits", () => {
  const telemetry = readFileSync(path, "utf8");
  const exits = readFileSync(new URL("../../docs/exits.md", import.meta.url), "utf8");
  for (const category of exitCategories) {
    expect(telemetry).toContain(`\`${category}\``);
    expect(exits).toContain(`\`${category}\``);
  }
});

test.each(metrics)("%s has attributes with few values only", (_, { attributes }) => {
  for (const name of attributes) expect(attributeTable[name]).toHaveProperty("bound");
});

test.each(metrics)("%s is named as OpenTelemetry names metrics", (name, { unit, buckets }) => {
  expect(name).toMatch(/^(vm|trapline)(\.[a-z]+)+$/);
  // A unit is UCUM's, or says in braces what is counted.
  expect(unit).toMatch(/^(s|By|By\/s|1|\{[a-z]+\})$/);
  expect([...(buckets ?? [])]).toEqual([...(buckets ?? [])].sort((a, b) => a - b));
});

test("no name of a metric is the beginning of another one's", () => {
  const names = metrics.map(([name]) => name);
  // `vm.exits` beside `vm.exit.duration` is well; `vm.exit` beside it would not be.
  expect(names.filter((name) => names.some((other) => other.startsWith(`${name}.`)))).toEqual([]);
});

test.each(Object.keys(attributeTable))("%s is named as OpenTelemetry names attributes", (name) => {
  expect(name).toMatch(/^(vm|trapline)(\.[a-z][a-z0-9]*)+$/);
  // What is a namespace is no attribute: `vm.run.id`, not `vm.run` beside `vm.run.epoch`.
  const inIt = Object.keys(attributeTable).filter((other) => other.startsWith(`${name}.`));
  expect(inIt).toEqual([]);
});

test("a metric's name for Prometheus has its unit, as the specification and the Collector write it", () => {
  const name = (metric: keyof typeof metricTable) => prometheusName(metric, metricTable[metric]);
  expect(name("vm.exits")).toBe("vm_exits_total");
  expect(name("vm.time")).toBe("vm_time_seconds_total");
  expect(name("vm.exit.duration")).toBe("vm_exit_duration_seconds");
  expect(name("vm.memory.dirtied")).toBe("vm_memory_dirtied_bytes_per_second");
  expect(name("vm.worker.load")).toBe("vm_worker_load_ratio");
  expect(name("vm.runs")).toBe("vm_runs");
});

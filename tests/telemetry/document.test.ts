import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { attributeTable } from "../../shared/telemetry/attributes.ts";
import { type MetricRow, metricTable } from "../../shared/telemetry/metrics.ts";
import { exitCategories } from "../../workers/vmm/mod.ts";
import { telemetryDocument } from "./document.ts";

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

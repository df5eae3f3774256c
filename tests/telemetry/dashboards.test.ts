import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { dashboards } from "../../deploy/dashboards/dashboards.ts";
import { grafanaJson } from "../../deploy/dashboards/grafana-json.ts";
import { attributeTable } from "../../shared/telemetry/attributes.ts";
import { metricTable } from "../../shared/telemetry/metrics.ts";
import { spanTable } from "../../shared/telemetry/spans.ts";
import { knownSeries, labelsIn, rulesIn, seriesIn } from "./known-names.ts";

const files = new URL("../../deploy/dashboards/grafana/", import.meta.url);
const known = knownSeries();
const labels = new Set([
  ...["le", "job", "instance"],
  ...Object.keys(attributeTable).map((name) => name.replaceAll(".", "_")),
]);
const rules = ["recording.rules.yaml", "alerts.rules.yaml"].flatMap(rulesIn);
const panels = dashboards.flatMap(({ panels }) => panels);
const queriesOf = (kind: "traces" | "metrics") =>
  panels
    .filter((panel) => (panel.kind === "traces") === (kind === "traces"))
    .flatMap(({ queries }) => queries.map(({ ask }) => ask));

describe("dashboards", () => {
  test.each(dashboards)(
    "$name is in its file as it is written; npm run telemetry writes it",
    (one) => {
      expect(readFileSync(new URL(`${one.name}.json`, files), "utf8")).toBe(grafanaJson(one));
    },
  );

  test.each(dashboards)(
    "$name has panels of its own names, each with a sentence, in 24 columns",
    ({ panels, name }) => {
      expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length);
      for (const { help, width } of panels) {
        expect(help).toMatch(/\.$/);
        expect(24 % width).toBe(0);
      }
      expect(name).toMatch(/^[a-z]+$/);
    },
  );
});

test.each([...queriesOf("metrics"), ...rules.map(({ expr }) => expr)])(
  "%s names series and labels that there are",
  (query) => {
    expect(seriesIn(query).length).toBeGreaterThan(0);
    expect(seriesIn(query).filter((series) => !known.has(series))).toEqual([]);
    expect(labelsIn(query).filter((label) => !labels.has(label))).toEqual([]);
  },
);

test.each(queriesOf("traces"))("%s names spans and attributes that there are", (query) => {
  const [, name = ""] = query.match(/name = "([^"]+)"/) ?? [];
  expect(Object.keys(spanTable)).toContain(name);
  const has: readonly string[] = spanTable[name as keyof typeof spanTable].attributes;
  const named = [...query.matchAll(/span\.([a-z0-9.]+)/g)].map(([, one = ""]) => one);
  expect(named.filter((one) => !has.includes(one))).toEqual([]);
});

test("every metric is on a dashboard, in a rule, or told here why not", () => {
  const without = ["vm.worker.threads"];
  const queries = [...queriesOf("metrics"), ...rules.map(({ expr }) => expr)].join("\n");
  const missing = Object.keys(metricTable).filter(
    (name) => !queries.includes(name.replaceAll(".", "_")),
  );
  expect(missing).toEqual(without);
});

test("every alert says what to do, and stands in the operators' list", () => {
  const guide = readFileSync(new URL("../../docs/operations.md", import.meta.url), "utf8");
  for (const { alert, annotations } of rules.filter(({ alert }) => alert !== undefined)) {
    expect(annotations?.description).toMatch(/\.$/);
    expect(guide).toContain(`\`${alert}\``);
  }
});

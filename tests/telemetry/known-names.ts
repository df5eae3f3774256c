import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";

import { type MetricRow, metricTable } from "../../shared/telemetry/metrics.ts";
import { prometheusName } from "./prometheus-name.ts";

const rulesSchema = z.object({
  groups: z.array(
    z.object({
      rules: z.array(
        z.object({
          record: z.string().optional(),
          alert: z.string().optional(),
          expr: z.string(),
          annotations: z.record(z.string(), z.string()).optional(),
        }),
      ),
    }),
  ),
});

export const rulesFolder = new URL("../../deploy/prometheus/", import.meta.url);

/** The rules of one of our files. */
export function rulesIn(file: string) {
  const text = readFileSync(new URL(file, rulesFolder), "utf8");
  return rulesSchema.parse(parse(text)).groups.flatMap(({ rules }) => rules);
}

/** Series that a query may name: those of the table, in all their forms, and what rules record of them. */
export function knownSeries(): Set<string> {
  const own = Object.entries(metricTable).flatMap(([name, row]: [string, MetricRow]) => {
    const written = prometheusName(name, row);
    return row.instrument === "histogram"
      ? ["_bucket", "_sum", "_count"].map((form) => `${written}${form}`)
      : [written];
  });
  const recorded = rulesIn("recording.rules.yaml").flatMap(({ record }) => record ?? []);
  // Prometheus' own.
  return new Set([...own, ...recorded, "up"]);
}

/** The series that a query names. */
export function seriesIn(query: string): string[] {
  const words = query.match(/\b(vm_|trapline[_:]|up\b)[a-z0-9_:]*(?=\s*[{[)\s,>=]|$)/g) ?? [];
  const labels = new Set(
    [...query.matchAll(/(?:by|on|ignoring|group_left)\s*\(([^)]*)\)/g)].flatMap(([, inside = ""]) =>
      inside.split(",").map((label) => label.trim()),
    ),
  );
  const matched = new Set(
    [...query.matchAll(/([a-z_]+)\s*(?:=~|!=|!~|=)\s*"/g)].map(([, one]) => one),
  );
  return words.filter((word) => !labels.has(word) && !matched.has(word));
}

/** The labels that a query names. */
export function labelsIn(query: string): string[] {
  const grouped = [...query.matchAll(/(?:by|on|ignoring)\s*\(([^)]*)\)/g)].flatMap(
    ([, inside = ""]) => inside.split(",").map((label) => label.trim()),
  );
  const matched = [...query.matchAll(/([a-z_]+)\s*(?:=~|!=|!~|=)\s*"/g)].map(([, one = ""]) => one);
  return [...grouped, ...matched].filter((label) => label !== "");
}

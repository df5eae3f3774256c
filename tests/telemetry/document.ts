import { attributeTable } from "../../shared/telemetry/attributes.ts";
import { type MetricRow, metricTable } from "../../shared/telemetry/metrics.ts";
import { type SpanRow, spanTable } from "../../shared/telemetry/spans.ts";
import { exitCategories } from "../../workers/vmm/mod.ts";
import { prometheusName } from "./prometheus-name.ts";

const begin = "<!-- generated: npm run telemetry -->";
const end = "<!-- end of what is generated -->";

/** docs/telemetry.md with its tables as the code has them; the words around them stay. */
export function telemetryDocument(text: string): string {
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from === -1 || to < from) throw new Error("the document has no place for its tables");
  return `${text.slice(0, from)}${begin}\n\n${tables().join("\n")}\n${text.slice(to)}`;
}

function tables(): string[] {
  return [
    "## Spans",
    "",
    ...table(
      ["span", "in", "what it is", "attributes", "links to"],
      Object.entries(spanTable).map(([name, row]: [string, SpanRow]) => [
        code(name),
        row.parent,
        row.description,
        row.attributes.map(code).join(", "),
        row.links ?? "",
      ]),
    ),
    "## Metrics",
    "",
    ...table(
      ["metric", "for Prometheus", "kind", "unit", "attributes", "of", "what it is"],
      Object.entries(metricTable).map(([name, row]: [string, MetricRow]) => [
        code(name),
        code(prometheusName(name, row)),
        row.instrument,
        code(row.unit),
        row.attributes.map(code).join(", "),
        row.of === "both" ? "API, worker" : row.of === "api" ? "API" : "worker",
        row.description,
      ]),
    ),
    "## Attributes",
    "",
    "Those with a bound stand on metrics, and have no more values than it says; the others on spans only.",
    "",
    ...table(
      ["attribute", "type", "what it is", "bound"],
      Object.entries(attributeTable).map(([name, row]) => [
        code(name),
        row.type,
        row.description,
        "bound" in row ? row.bound : "",
      ]),
    ),
    `\`vm.exit.category\` is one of ${exitCategories.map(code).join(", ")}.`,
    "",
  ];
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(heads), `|${heads.map(() => "---").join("|")}|`, ...rows.map(line), ""];
}

function code(text: string): string {
  return `\`${text}\``;
}

/** `npm run telemetry`: writes the tables of docs/telemetry.md, and the dashboards as Grafana reads them. */
import { readFileSync, writeFileSync } from "node:fs";
import { dashboards } from "../../deploy/dashboards/dashboards.ts";
import { grafanaJson } from "../../deploy/dashboards/grafana-json.ts";
import { telemetryDocument } from "./document.ts";

const path = new URL("../../docs/telemetry.md", import.meta.url);
writeFileSync(path, telemetryDocument(readFileSync(path, "utf8")));
for (const dashboard of dashboards) {
  const file = new URL(`../../deploy/dashboards/grafana/${dashboard.name}.json`, import.meta.url);
  writeFileSync(file, grafanaJson(dashboard));
}

import type { Dashboard as GrafanaDashboard, Panel as GrafanaPanel } from "@grafana/schema";
import type { Dashboard, Panel } from "./panel.ts";

const types = {
  lines: "timeseries",
  stack: "timeseries",
  number: "stat",
  heat: "heatmap",
  bars: "bargauge",
  traces: "table",
} as const;
const columns = 24;
const height = 8;

/** A dashboard as Grafana reads it from a file. Sources of data are chosen by kind, so it fits any installation. */
export function grafanaJson({ name, title, help, panels, asks = {} }: Dashboard): string {
  let x = 0;
  let y = 0;
  const placed = panels.map((panel, index) => {
    if (x + panel.width > columns) {
      x = 0;
      y += height;
    }
    const place = { x, y, w: panel.width, h: height };
    x += panel.width;
    return { id: index + 1, gridPos: place, ...panelJson(panel) };
  });
  const sources = ["prometheus", "tempo"].map((kind) => ({
    ...{ name: kind, label: kind === "tempo" ? "Traces" : "Metrics", type: "datasource" as const },
    ...{ query: kind, hide: 0, refresh: 1 },
  }));
  const fields = Object.entries(asks).map(([field, label]) => ({
    ...{ name: field, label, type: "textbox" as const, query: "", hide: 0 },
  }));
  const dashboard: GrafanaDashboard = {
    ...{ uid: `trapline-${name}`, title: `Trapline: ${title}`, description: help },
    ...{ tags: ["trapline"], schemaVersion: 39, editable: false, refresh: "10s" },
    time: { from: "now-1h", to: "now" },
    templating: { list: [...sources, ...fields] },
    links: [
      {
        ...{ title: "Trapline", type: "dashboards", tags: ["trapline"], asDropdown: true },
        ...{ icon: "external link", tooltip: "", url: "", includeVars: false },
        ...{ keepTime: true, targetBlank: false },
      },
    ],
    panels: placed,
  };
  return `${JSON.stringify(dashboard, undefined, 2)}\n`;
}

function panelJson({ title, help, kind, unit, queries }: Panel): GrafanaPanel {
  const source = kind === "traces" ? "tempo" : "prometheus";
  const datasource = { type: source, uid: `\${${source}}` };
  const custom = kind === "stack" ? { stacking: { mode: "normal" }, fillOpacity: 60 } : {};
  return {
    ...{ type: types[kind], title, description: help, datasource },
    targets: queries.map(({ ask, legend }, index) => ({
      ...{ refId: String.fromCharCode(65 + index), datasource },
      ...(kind === "traces"
        ? { queryType: "traceql", query: ask, filters: [], tableType: "spans", limit: 200 }
        : {
            ...{ expr: ask, legendFormat: legend ?? "__auto" },
            ...(kind === "heat" && { format: "heatmap" }),
            ...(kind === "bars" && { instant: true }),
          }),
    })),
    fieldConfig: { defaults: { unit, min: 0, custom }, overrides: [] },
    options: kind === "heat" ? { calculate: false, yAxis: { axisPlacement: "left", unit } } : {},
  };
}

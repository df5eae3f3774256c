/**
 * Panels of Grafana dashboards, as little of their form as ours need. Queries name metrics as Prometheus
 * has them (docs/telemetry.md) or, of single runs, spans by TraceQL.
 *
 * @see Grafana: "Dashboard JSON model"
 */
export type Unit = "s" | "ns" | "ms" | "bytes" | "short" | "percentunit" | "reqps" | "ops" | "none";

export interface Query {
  /** PromQL, or TraceQL of a `traces` panel. */
  readonly ask: string;
  /** What a line is called; `{{label}}` is the label's value. */
  readonly legend?: string;
}

export interface Panel {
  readonly title: string;
  /** One sentence: what to look for. */
  readonly help: string;
  readonly kind: "lines" | "stack" | "number" | "heat" | "traces" | "bars";
  readonly unit: Unit;
  readonly queries: readonly Query[];
  /** Of 24 columns. */
  readonly width: number;
}

export interface Dashboard {
  /** Of its file and its address. */
  readonly name: string;
  readonly title: string;
  readonly help: string;
  readonly panels: readonly Panel[];
  /** Text fields at its top, by name: what they ask for. */
  readonly asks?: Readonly<Record<string, string>>;
}

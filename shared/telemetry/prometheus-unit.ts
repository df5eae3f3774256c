/** What Prometheus writes behind a metric's name for its unit (UCUM); what is in braces only says what is counted. */
const words: Readonly<Record<string, string>> = {
  s: "seconds",
  By: "bytes",
  "By/s": "bytes_per_second",
};

/**
 * The unit of a metric as a part of its name for Prometheus, or nothing.
 *
 * @see OpenTelemetry specification, "Prometheus and OpenMetrics Compatibility", Metric Metadata
 */
export function prometheusUnit(unit: string, isGauge: boolean): string | undefined {
  return unit === "1" && isGauge ? "ratio" : words[unit];
}

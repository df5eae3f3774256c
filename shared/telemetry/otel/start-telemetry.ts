import type { Telemetry, TelemetryOptions } from "./telemetry.ts";
import { readTelemetrySettings } from "./telemetry-settings.ts";

const none: Telemetry = { hasTraces: false, dropped: 0, stop: async () => true };

/**
 * Starts OpenTelemetry as the `OTEL_*` variables and `TRAPLINE_METRICS` ask for it; before anything makes
 * an instrument. Where they ask for nothing, nothing is loaded.
 *
 * @throws Error with one line for each variable that is wrong
 */
export async function startTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  const settings = readTelemetrySettings(options.read);
  if (!settings) return none;
  const { startSdk } = await import("./telemetry-sdk.ts");
  return startSdk(settings, options);
}

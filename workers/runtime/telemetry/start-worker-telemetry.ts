import packageJson from "../../../package.json" with { type: "json" };
import { log } from "../../../shared/telemetry/log.ts";
import { ExitDurations } from "../../../shared/telemetry/otel/exit-durations.ts";
import { startTelemetry } from "../../../shared/telemetry/otel/start-telemetry.ts";
import type { Telemetry } from "../../../shared/telemetry/otel/telemetry.ts";
import type { WorkerConfig } from "../config.ts";
import type { WorkerIdentity } from "../worker-identity.ts";
import { type WorkerLoad, WorkerMetrics } from "./worker-metrics.ts";

export interface WorkerTelemetry {
  readonly sdk: Telemetry;
  readonly metrics: WorkerMetrics;
}

/** The worker's log, spans and metrics, before anything else of it begins. */
export async function startWorkerTelemetry(
  config: WorkerConfig,
  { name, runtime }: WorkerIdentity,
  read: (variable: string) => string | undefined,
  load: () => WorkerLoad,
): Promise<WorkerTelemetry> {
  const service = "trapline-worker";
  if (config.TRAPLINE_LOG === "json") await log.toJson({ service, instance: name });
  const durations = new ExitDurations();
  const [runtimeName = "", runtimeVersion = ""] = runtime.split(" ");
  const sdk = await startTelemetry({
    identity: {
      ...{ service, instance: name, version: packageJson.version },
      attributes: {
        "process.runtime.name": runtimeName,
        "process.runtime.version": runtimeVersion,
      },
    },
    ...{ read, durations, tell: (sentence) => log.error(sentence) },
  });
  return { sdk, metrics: new WorkerMetrics(durations, load) };
}

import { NodeSDK } from "@opentelemetry/sdk-node";
import type { TelemetryParts } from "./telemetry-parts.ts";

/** Puts the parts to work under Node. @returns how they are ended */
export function startNodeSdk(parts: TelemetryParts): () => Promise<void> {
  const { propagator, ...others } = parts;
  const sdk = new NodeSDK({
    ...others,
    textMapPropagator: propagator,
    // What the process is, is said; nobody looks around.
    autoDetectResources: false,
    logRecordProcessors: [],
    instrumentations: [],
  });
  sdk.start();
  return () => sdk.shutdown();
}

/** A process for tests/integration/log-lines.test.ts: says a few sentences, one of them in a trace. */
import process from "node:process";
import { context } from "@opentelemetry/api";
import { log } from "../../shared/telemetry/log.ts";
import { startTelemetry } from "../../shared/telemetry/otel/start-telemetry.ts";
import { submissionSpan } from "../../shared/telemetry/otel/submission-span.ts";

if (process.env.TRAPLINE_LOG === "json") await log.toJson({ service: "log-maker", instance: "i" });
const telemetry = await startTelemetry({
  identity: { service: "log-maker", instance: "i", version: "0" },
  read: (name) => process.env[name],
  tell: () => undefined,
});
log.info("it is ready");
log.error("it is not well", { error: new Error("no room", { cause: "the disk" }) });
const traced = { parent: `00-${"1".repeat(32)}-${"2".repeat(16)}-01`, since: 0 };
await context.with(submissionSpan.placeOf(traced), async () => {
  await Promise.resolve();
  log.warn("it is slow", { run: "s-1" });
});
await telemetry.stop();
process.exit(0);

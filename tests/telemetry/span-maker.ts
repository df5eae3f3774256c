/** A process for `telemetry-process.ts`: makes spans as fast as it can, and says what became of them. */
import process from "node:process";
import { emitSpan } from "../../shared/telemetry/otel/emit-span.ts";
import { Instruments } from "../../shared/telemetry/otel/instruments.ts";
import { SpanClock } from "../../shared/telemetry/otel/span-clock.ts";
import { startTelemetry } from "../../shared/telemetry/otel/start-telemetry.ts";

const telemetry = await startTelemetry({
  identity: { service: "span-maker", instance: "only", version: "0" },
  read: (name) => process.env[name],
  tell: (sentence) => console.error(sentence),
});
const clock = new SpanClock();
new Instruments().add("vm.instructions", 1);
const wanted = Number(process.env.SPANS);
const { gc } = globalThis as { gc?: () => void };
const heapMegabytes = () => {
  gc?.();
  return process.memoryUsage().heapUsed / 2 ** 20;
};
const before = heapMegabytes();
let turns = 0;
while (turns < wanted) {
  const now = clock.now();
  const attributes = { "vm.run.id": "x".repeat(20) };
  emitSpan({ name: "boot", parent: undefined, start: now, end: now, attributes });
  turns++;
}
const grown = heapMegabytes() - before;
const isFlushed = await telemetry.stop();
console.log(JSON.stringify({ turns, dropped: telemetry.dropped, isFlushed, grown }));
if (!isFlushed) process.exit(0);

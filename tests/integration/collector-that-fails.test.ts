import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { type Misbehaviour, OtlpReceiver } from "../telemetry/otlp-receiver.ts";
import { Collected } from "../telemetry/telemetry-process.ts";

const spans = 3000;
const queue = 500;

let receiver: OtlpReceiver | undefined;

afterEach(() => {
  receiver?.close();
  receiver = undefined;
});

/** What a process with telemetry says of itself, after it has made spans as fast as it could. */
async function speak(endpoint: string, runtime: "node" | "deno", made = spans) {
  return Collected.from(endpoint, runtime, {
    OTEL_BSP_MAX_QUEUE_SIZE: String(queue),
    OTEL_BSP_MAX_EXPORT_BATCH_SIZE: "100",
    OTEL_BSP_SCHEDULE_DELAY: "50",
    OTEL_METRIC_EXPORT_INTERVAL: "200",
    OTEL_EXPORTER_OTLP_TIMEOUT: "400",
    SPANS: String(made),
  });
}

test.each([
  ["hangs", "node"],
  ["fails", "node"],
  ["refuses", "deno"],
  ["is slow", "deno"],
] as const)(
  "a collector that %s costs a process under %s nothing but what it counts as dropped",
  async (misbehaviour: Misbehaviour, runtime) => {
    receiver = new OtlpReceiver(misbehaviour);
    const said = await speak(await receiver.listen(), runtime);
    expect(receiver.requests).toBeGreaterThan(0);
    expect(said.dropped).toBeGreaterThanOrEqual(spans - queue);
    expect(said.status).toBe(0);
    // Making a span never waits for anybody.
    expect(said.turns).toBe(spans);
    expect(said.log.length).toBeLessThan(5);
  },
);

test("ten times as many spans that nobody takes occupy no more memory than what may wait", async () => {
  receiver = new OtlpReceiver("hangs");
  const said = await speak(await receiver.listen(), "node", 10 * spans);
  expect(said.dropped).toBeGreaterThan(9 * spans);
  // A span is about a kilobyte, with all that it names; so these would be thirty.
  expect(said.grown).toBeLessThan(6);
});

test("a collector that is not there is no reason to stay, or to say much", async () => {
  const said = await speak("http://127.0.0.1:9", "node");
  expect(said).toMatchObject({ status: 0, turns: spans });
  expect(said.dropped).toBeGreaterThanOrEqual(spans - queue);
  expect(said.log.join("\n")).toContain("telemetry: ");
  expect(said.log.length).toBeLessThan(5);
});

test("a collector that takes everything gets all that there was room for, and no process ends before", async () => {
  receiver = new OtlpReceiver();
  const said = await speak(await receiver.listen(), "node");
  await sleep(0);
  expect(receiver.spans.length + said.dropped).toBe(spans);
  expect(receiver.spans.length).toBeGreaterThanOrEqual(queue);
});

/** What a trace tells of a worker that was killed: its part is told by the one that goes on. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunExits } from "../../shared/schema/run-exits.ts";
import type { Submission } from "../../shared/schema/submission.ts";
import { OtlpReceiver, type ReceivedSpan } from "../telemetry/otlp-receiver.ts";
import { startTestService, type TestService } from "./test-service.ts";
import { workingGuest } from "./working-guest.ts";

/** The SDK's own spans begin at whole milliseconds. */
const clockStep = 1_000_000n;
const receiver = new OtlpReceiver();
let service: TestService;
let submission: Submission;
let exits: RunExits;
let spans: readonly ReceivedSpan[];

beforeAll(async () => {
  service = await startTestService("node", {
    TRAPLINE_CHECKPOINT: "50000000",
    OTEL_EXPORTER_OTLP_ENDPOINT: await receiver.listen(),
    // So that what the worker has told before is not lost with it.
    OTEL_BSP_SCHEDULE_DELAY: "200",
  });
  const id = await service.submit("work", workingGuest(80));
  const exitsOf = async () => await service.api.exits(id);
  /** A step is decided and told of, and a checkpoint behind it is stored. */
  const isKept = async () => {
    const { atInstruction = Number.POSITIVE_INFINITY } = (await exitsOf())?.steps[0] ?? {};
    return receiver.spans.some(
      ({ name, attributes }) =>
        name === "checkpoint" && Number(attributes["vm.instructions"]) > atInstruction,
    );
  };
  while (!(await isKept())) await sleep(50);
  const { worker } = await service.record(id);
  const lost = service.service.workers.find(({ name }) => name === worker);
  if (lost?.pid === undefined) throw new Error(`nobody has ${id}`);
  process.kill(lost.pid, "SIGKILL");
  submission = await service.ended(id);
  exits = (await exitsOf()) as RunExits;
  await service.stop();
  spans = receiver.trace(submission.trace);
});

afterAll(async () => {
  await service?.stop();
  receiver.close();
});

const named = (name: string) => spans.filter((span) => span.name === name);

test("its part of the run is in the trace, with what it had told before and the steps that count", () => {
  expect(submission).toMatchObject({ state: "graded", runs: 2 });
  const [first, second, ...others] = named("vm.run");
  expect(others).toEqual([]);
  const [stay, next] = exits.stays;
  expect(first?.attributes).toMatchObject({
    ...{ "vm.run.outcome": "lost", "vm.run.epoch": 1, "vm.worker.name": stay?.worker },
    "vm.instructions": stay?.to,
  });
  expect(second?.attributes).toMatchObject({
    ...{
      "vm.run.outcome": "graded",
      "vm.worker.name": next?.worker,
      "vm.template.source": "checkpoint",
    },
  });
  const inFirst = spans.filter(({ parentSpanId }) => parentSpanId === first?.spanId);
  expect(inFirst.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["boot", "checkpoint", "step"]),
  );
  // Nothing hangs in the air, but what the queue had open for it.
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const loose = spans.filter(({ parentSpanId }) => parentSpanId !== "" && !ids.has(parentSpanId));
  expect(loose.map(({ name }) => name)).toEqual([]);
});

test("each step is told once, by whoever it counts for, with each of its exits", () => {
  const steps = named("step");
  expect(steps.map(({ attributes }) => attributes["vm.step.name"])).toEqual(
    submission.result?.steps.map(({ name }) => name),
  );
  for (const [index, { report }] of exits.steps.entries()) {
    const told = named("vm.exits")
      .filter(({ parentSpanId }) => parentSpanId === steps[index]?.spanId)
      .map(({ attributes }) => [attributes["vm.exit.category"], attributes["vm.exit.count"]]);
    const rows = report.rows.filter(({ count }) => count > 0);
    expect(told).toEqual(rows.map(({ category, count }) => [category, count]));
  }
  for (const span of spans) {
    const parent = spans.find(({ spanId }) => spanId === span.parentSpanId);
    if (!parent) continue;
    const name = `${span.name} in ${parent.name}`;
    const early = parent.startTimeUnixNano - span.startTimeUnixNano;
    const late = span.endTimeUnixNano - parent.endTimeUnixNano;
    expect(early, `${name} begins`).toBeLessThanOrEqual(clockStep);
    expect(late, `${name} ends`).toBeLessThanOrEqual(clockStep);
  }
});

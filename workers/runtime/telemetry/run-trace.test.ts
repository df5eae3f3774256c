import { trace } from "@opentelemetry/api";
import { ExportResultCode } from "@opentelemetry/core";
import { type ReadableSpan, TracerProvider } from "@opentelemetry/sdk-trace";
import { afterAll, expect, test } from "vitest";
import { assignmentSchema } from "../../../shared/schema/assignment.ts";
import type { RunExits } from "../../../shared/schema/run-exits.ts";
import { chosenIds } from "../../../shared/telemetry/otel/chosen-ids.ts";
import { CountedSpans } from "../../../shared/telemetry/otel/counted-spans.ts";
import { DroppedTelemetry } from "../../../shared/telemetry/otel/dropped-telemetry.ts";
import { readTelemetrySettings } from "../../../shared/telemetry/otel/telemetry-settings.ts";
import { exitCategories } from "../../vmm/mod.ts";
import { RunTrace } from "./run-trace.ts";

const settings = readTelemetrySettings((name) =>
  name === "OTEL_EXPORTER_OTLP_ENDPOINT" ? "http://127.0.0.1:9" : undefined,
);
const dropped = new DroppedTelemetry();
const taken: ReadableSpan[] = [];
const spans = new CountedSpans({
  ...settings?.batches,
  dropped,
  exporter: {
    export: (some, done) => {
      taken.push(...some);
      done({ code: ExportResultCode.SUCCESS });
    },
    shutdown: async () => undefined,
  },
});
const provider = new TracerProvider({ idGenerator: chosenIds, spanProcessors: [spans] });
trace.setGlobalTracerProvider(provider);

afterAll(() => provider.shutdown());

/** As many steps as an assignment may have. */
const most = 200;
const submission = "s-aaaaaaaaaaaaaaaa";
const rows = exitCategories.map((category) => ({ category, count: 1 }));
const time = { guest: 0, monitor: 0, idle: 0, waiting: 0, paused: 0, driver: 0 };
const steps = Array.from({ length: most }, (_, index) => ({
  ...{ name: `step ${index}`, kind: "expect", atInstruction: index },
  report: { instructions: 1, time, rows },
}));
const exits: RunExits = {
  ...{ submission, state: "running", epoch: 1, worker: "worker-1", runtime: "node" },
  ...{ steps, stays: [], moves: [] },
  total: {
    ...{ instructions: most, time },
    rows: rows.map(({ category }) => ({ category, count: most })),
  },
};

test("an assignment has no more steps than this test", () => {
  const { steps } = assignmentSchema.shape;
  const oneMore = Array.from({ length: most + 1 }, () => ({}));
  expect(steps.safeParse(oneMore).error?.issues).toContainEqual(
    expect.objectContaining({ code: "too_big", maximum: most }),
  );
});

test("a run with the longest rubric and every category in each step loses no span", async () => {
  const run = new RunTrace({
    job: { submission, assignment: "0".repeat(64), images: { kernel: "0".repeat(64), disks: {} } },
    ...{ epoch: 1, identity: { name: "worker-1", runtime: "node" }, how: "booted" },
  });
  run.boots();
  steps.forEach(({ name }, index) => {
    const decided = { name, kind: "expect", state: "passed", points: 0, earned: 0 } as const;
    run.step(index, { ...decided, visibility: "visible", sentence: "" }, index);
  });
  run.exits(exits);
  run.end("graded", "completed");
  await spans.forceFlush();
  expect(dropped.total).toBe(0);
  // The boot, the steps with their categories, and the run itself.
  expect(taken.length).toBe(1 + most * (1 + exitCategories.length) + 1);
});

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCommandLine } from "../../services/cli/command-line.ts";
import type { ProcessPlan } from "../../services/cli/commands/serve-process.ts";
import { type RunExits, runExitsSchema } from "../../shared/schema/run-exits.ts";
import type { Submission } from "../../shared/schema/submission.ts";
import { attributeTable } from "../../shared/telemetry/attributes.ts";
import { type SpanName, spanTable } from "../../shared/telemetry/spans.ts";
import { exitCategories, guestExits } from "../../workers/vmm/mod.ts";
import { OtlpReceiver, type ReceivedSpan } from "../telemetry/otlp-receiver.ts";
import { rawGuest } from "./raw-guest.ts";
import { startTestService, type TestService } from "./test-service.ts";
import { workingGuest } from "./working-guest.ts";

/** The SDK's own spans begin at whole milliseconds, so two of them may seem to differ by one. */
const clockStep = 1_000_000n;

/** As in containers: a worker listens at every address, and says the one by which it reaches Redis. */
function listeningEverywhere(plan: ProcessPlan): ProcessPlan {
  const { TRAPLINE_MIGRATION: own } = plan.environment;
  if (own === undefined) return plan;
  const everywhere = own.replace("127.0.0.1", "0.0.0.0");
  return {
    ...plan,
    environment: { ...plan.environment, TRAPLINE_MIGRATION: everywhere },
    words: plan.words.map((word) =>
      word.startsWith("--allow-net=") ? `${word},${everywhere}` : word,
    ),
  };
}

describe("a submission that moves from Node to Deno while it runs", () => {
  const receiver = new OtlpReceiver();
  let service: TestService;
  let submission: Submission;
  let exits: RunExits;
  /** Another one, which moved by a checkpoint and through the queue, and was cancelled. */
  let byCheckpoint: Submission;
  let spans: readonly ReceivedSpan[];

  beforeAll(async () => {
    const endpoint = await receiver.listen();
    service = await startTestService(
      ["node", "deno"],
      {
        TRAPLINE_GRACE: "30000",
        TRAPLINE_LOCK: "15000",
        TRAPLINE_CHECKPOINT: "50000000",
        OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
        OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=test",
      },
      { launch: listeningEverywhere },
    );
    const id = await service.submit("work", workingGuest(100));
    await service.until(id, ({ progress }) => (progress?.instructions ?? 0) >= 55e6);
    const { worker = "" } = await service.record(id);
    const other = worker === "worker-1" ? "worker-2" : "worker-1";
    let said = "";
    const print = (text: string) => {
      said += text;
    };
    const words = ["migrate", id, "--to", other, "--api", service.api.base];
    expect(await runCommandLine(words, { out: print, err: print }), said).toBe(0);
    submission = await service.ended(id);
    const answer = await fetch(`${service.api.base}/v1/submissions/${id}/exits`);
    exits = runExitsSchema.parse(await answer.json());
    byCheckpoint = await moveByCheckpoint();
    // All that is left is sent when a process ends.
    await service.stop();
    spans = receiver.trace(submission.trace);
  });

  afterAll(async () => {
    // Where something was wrong before it has not ended yet.
    await service?.stop();
    receiver.close();
  });

  async function moveByCheckpoint(): Promise<Submission> {
    const id = await service.submit("endless", rawGuest({ print: "ready", ending: "spin" }));
    await service.until(id, ({ progress }) => (progress?.instructions ?? 0) >= 1e6);
    const words = ["migrate", id, "--checkpoint", "--api", service.api.base];
    let said = "";
    const print = (text: string) => {
      said += text;
    };
    expect(await runCommandLine(words, { out: print, err: print }), said).toBe(0);
    await service.until(id, ({ runs, progress }) => runs === 2 && progress !== undefined);
    await fetch(`${service.api.base}/v1/submissions/${id}`, { method: "DELETE" });
    return await service.ended(id);
  }

  const named = (name: string) => spans.filter((span) => span.name === name);
  const one = (name: string): ReceivedSpan => {
    const found = named(name);
    expect(
      found.map(({ name }) => name),
      spans.map(({ name }) => name).join(" "),
    ).toEqual([name]);
    return found[0] as ReceivedSpan;
  };
  const childrenOf = ({ spanId }: ReceivedSpan) =>
    spans.filter(({ parentSpanId }) => parentSpanId === spanId);
  const placeOf = ({ traceId, spanId }: ReceivedSpan) => ({ traceId, spanId });
  const run = (how: string) => {
    const found = named("vm.run").find(
      ({ attributes }) => attributes["vm.template.source"] === how,
    );
    if (!found) throw new Error(`no run has ${how}`);
    return found;
  };
  const namesIn = (span: ReceivedSpan) => [...new Set(childrenOf(span).map(({ name }) => name))];

  test("is one trace, whose id the API tells", () => {
    expect(submission.trace).toMatch(/^[0-9a-f]{32}$/);
    const root = one("submission");
    expect(root.parentSpanId).toBe("");
    expect(root.attributes).toMatchObject({
      "vm.run.id": submission.id,
      "trapline.submission.state": "graded",
      "vm.score": submission.result?.score,
    });
    const ids = new Set(spans.map(({ spanId }) => spanId));
    const lost = spans.filter(({ parentSpanId }) => parentSpanId !== "" && !ids.has(parentSpanId));
    expect(lost.map(({ name }) => name)).toEqual([]);
    // The request that handed it in has a trace of its own, which the submission points to.
    const [request] = root.links;
    const handedIn = receiver.spans.find(({ spanId }) => spanId === request?.spanId);
    expect(handedIn?.attributes["http.route"] ?? handedIn?.name).toContain("/v1/submissions");
  });

  test("goes from the queue to a run on each worker, and each says who it is", () => {
    const root = one("submission");
    expect(
      childrenOf(root)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(["add grading.grade", "process grading", "vm.run"]);
    const first = run("booted");
    const second = run("migration");
    expect(first.parentSpanId).toBe(one("process grading").spanId);
    expect(second.parentSpanId).toBe(root.spanId);
    expect(first.attributes).toMatchObject({ "vm.run.epoch": 1, "vm.run.outcome": "moved" });
    expect(second.attributes).toMatchObject({
      ...{ "vm.run.epoch": 2, "vm.run.outcome": "graded", "vm.run.end": "completed" },
      ...{ "vm.instructions": submission.result?.instructions },
    });
    for (const span of [first, second]) {
      expect(span.resource).toMatchObject({
        ...{ "service.name": "trapline-worker", "service.namespace": "trapline" },
        "service.instance.id": span.attributes["vm.worker.name"],
        "process.runtime.name": String(span.attributes["vm.runtime"]).split(" ")[0],
        "deployment.environment.name": "test",
      });
    }
    expect(one("add grading.grade").resource["service.name"]).toBe("trapline-api");
    expect(new Set([first, second].map(({ resource }) => resource["service.instance.id"]))).toEqual(
      new Set(["worker-1", "worker-2"]),
    );
  });

  test("shows the move with its rounds, on the side that it leaves, linked to the other one", () => {
    const first = run("booted");
    const second = run("migration");
    const migration = one("migration");
    expect(migration.parentSpanId).toBe(first.spanId);
    expect(migration.links).toEqual([placeOf(second)]);
    expect(second.links).toEqual([placeOf(migration)]);
    const { attributes } = migration;
    expect(attributes).toMatchObject({
      ...{ "vm.migration.way": "precopy", "vm.migration.outcome": "moved" },
      "vm.migration.from": first.attributes["vm.worker.name"],
      "vm.migration.to": second.attributes["vm.worker.name"],
    });
    const rounds = named("migration.round");
    expect(rounds.length).toBe(attributes["vm.migration.rounds"]);
    expect(rounds.length).toBeGreaterThan(0);
    for (const { attributes } of rounds) {
      expect(attributes["vm.migration.pages"]).toEqual(expect.any(Number));
      expect(attributes["vm.migration.bytes"]).toEqual(expect.any(Number));
    }
    const sent = rounds.reduce((sum, one) => sum + Number(one.attributes["vm.migration.bytes"]), 0);
    expect(sent).toBeLessThan(Number(attributes["vm.migration.bytes"]));
    expect(namesIn(migration)).toEqual([
      "migration.round",
      "migration.stop-and-copy",
      "migration.switchover",
    ]);
    const stopped = one("migration.stop-and-copy");
    const switched = one("migration.switchover");
    expect(switched.startTimeUnixNano).toBe(stopped.endTimeUnixNano);
    const still = switched.endTimeUnixNano - stopped.startTimeUnixNano;
    const downtime = BigInt(Math.round(Number(attributes["vm.migration.downtime"]) * 1e6));
    expect(still > downtime ? still - downtime : downtime - still).toBeLessThan(clockStep);
  });

  test("has boot, rubric steps and checkpoints in its runs", () => {
    const first = run("booted");
    const second = run("migration");
    expect(namesIn(first)).toEqual(expect.arrayContaining(["boot", "step", "checkpoint"]));
    expect(namesIn(first)).toContain("migration");
    expect(namesIn(second)).toContain("step");
    const decided = named("step").filter(
      ({ attributes }) => attributes["vm.step.state"] !== "open",
    );
    expect(decided.map(({ attributes }) => attributes["vm.step.name"])).toEqual(
      submission.result?.steps.map(({ name }) => name),
    );
    expect(decided.map(({ attributes }) => attributes["vm.instructions"])).toEqual(
      submission.result?.steps.map(({ atInstruction }) => atInstruction),
    );
    for (const { attributes } of named("checkpoint")) {
      expect(attributes["vm.checkpoint.pages"]).toBeGreaterThan(0);
    }
    // For each of them, and for the move.
    const stood = exits.total.rows.find(({ category }) => category === "pause")?.count;
    expect(stood).toBeGreaterThan(named("checkpoint").length);
    expect(exits.total.time.paused).toBeGreaterThan(0);
  });

  test("single exits that took long are shown when they were", () => {
    expect(named("vm.exit").length).toBeGreaterThan(0);
    const timed = named("vm.exits").filter(
      ({ attributes }) => attributes["vm.exit.samples"] !== undefined,
    );
    expect(timed.length).toBeGreaterThan(0);
    for (const { attributes } of timed) {
      const of = (name: string) => Number(attributes[`vm.exit.time.${name}`]);
      expect(of("min")).toBeLessThanOrEqual(of("p50"));
      expect(of("p50")).toBeLessThanOrEqual(of("p99"));
      expect(of("p99")).toBeLessThanOrEqual(of("max"));
    }
  });

  test("what the exits of a category were about has its part of their time", () => {
    const parted = named("vm.exits").filter(({ attributes }) => attributes["vm.exit.part.names"]);
    expect(parted.map(({ attributes }) => attributes["vm.exit.category"])).toContain("mmio.write");
    for (const { attributes } of parted) {
      const list = (name: string) => attributes[`vm.exit.part.${name}`] as number[];
      const [names, counts, times] = ["names", "counts", "times"].map(list);
      expect([counts?.length, times?.length]).toEqual([names?.length, names?.length]);
      const spent = times?.reduce((sum, time) => sum + time, 0) ?? 0;
      const whole = Number(attributes["vm.exit.time.total"] ?? 0);
      expect(Math.abs(spent - whole)).toBeLessThanOrEqual(1e-9 * whole + 1e-3);
    }
  });

  test("every exit that the engine has counted is in exactly one span, of its step", () => {
    const counts = new Map<string, number>();
    for (const { attributes } of named("vm.exits")) {
      const category = String(attributes["vm.exit.category"]);
      const count = Number(attributes["vm.exit.count"]);
      counts.set(category, (counts.get(category) ?? 0) + count);
    }
    const seen = Object.fromEntries(counts);
    const told = exits.total.rows.filter(({ count }) => count > 0);
    expect(seen).toEqual(Object.fromEntries(told.map(({ category, count }) => [category, count])));
    for (const [index, { report }] of exits.steps.entries()) {
      const step = named("step").find(
        ({ attributes }) =>
          attributes["vm.step.index"] === index && attributes["vm.step.state"] !== "open",
      );
      const parts = step ? childrenOf(step).filter(({ name }) => name === "vm.exits") : [];
      const ofStep = parts.map(({ attributes }) => [
        attributes["vm.exit.category"],
        attributes["vm.exit.count"],
      ]);
      const rows = report.rows.filter(({ count }) => count > 0);
      expect(ofStep).toEqual(rows.map(({ category, count }) => [category, count]));
    }
    const graded = Object.entries(guestExits(submission.result?.exits ?? {}));
    expect(guestExits(seen)).toEqual(Object.fromEntries(graded.filter(([, count]) => count > 0)));
    for (const category of counts.keys()) expect(exitCategories).toContain(category);
  });

  test("the parts of its time add up to what has passed, from the first worker's beginning to the guest's end, within 1 %", () => {
    const began = run("booted").startTimeUnixNano;
    const decided = named("step").map(({ endTimeUnixNano }) => Number(endTimeUnixNano - began));
    const told = Object.values(exits.total.time).reduce((sum, part) => sum + part, 0);
    // What comes behind the last step, until the grade is written, is the run's, too, as far as it is told.
    expect(told).toBeGreaterThan(0.99 * Math.max(...decided));
    expect(told).toBeLessThan(1.01 * Number(run("migration").endTimeUnixNano - began));
  });

  test("one that moves by a checkpoint stays in its trace, until somebody cancels it", () => {
    const of = receiver.trace(byCheckpoint.trace);
    const runs = of.filter(({ name }) => name === "vm.run");
    expect(
      runs.map(({ attributes }) => [
        attributes["vm.run.epoch"],
        attributes["vm.template.source"],
        attributes["vm.run.outcome"],
      ]),
    ).toEqual([
      [1, "booted", "handed-over"],
      [2, "checkpoint", "superseded"],
    ]);
    // It may have passed a worker that left it to the other one.
    const ways = of.filter(({ name }) => name === "process grading");
    expect(ways.map(({ spanId }) => spanId)).toEqual(
      expect.arrayContaining(runs.map(({ parentSpanId }) => parentSpanId)),
    );
    const [root] = of.filter(({ name }) => name === "submission");
    expect(root?.resource["service.name"]).toBe("trapline-api");
    expect(root?.attributes["trapline.submission.state"]).toBe("cancelled");
    expect(new Set(ways.map(({ parentSpanId }) => parentSpanId))).toEqual(new Set([root?.spanId]));
  });

  test("every span lies in its parent", () => {
    for (const parent of spans) {
      for (const child of childrenOf(parent)) {
        const names = `${child.name} in ${parent.name}`;
        const early = parent.startTimeUnixNano - child.startTimeUnixNano;
        const late = child.endTimeUnixNano - parent.endTimeUnixNano;
        expect(early, `${names} begins`).toBeLessThanOrEqual(clockStep);
        expect(late, `${names} ends`).toBeLessThanOrEqual(clockStep);
      }
    }
  });

  test("no span and no attribute of ours is missing in the table", () => {
    const ours = spans.filter(({ name }) => name in spanTable);
    for (const { name, attributes } of ours) {
      const known: readonly string[] = spanTable[name as SpanName].attributes;
      expect(Object.keys(attributes).filter((key) => !known.includes(key))).toEqual([]);
      expect(Object.keys(attributes).filter((key) => !(key in attributeTable))).toEqual([]);
    }
  });
});

import { rm } from "node:fs/promises";
import { join } from "node:path";
import { Queue } from "bullmq";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readEvents } from "../../services/cli/client/read-events.ts";
import { CheckpointStore } from "../../shared/blob/checkpoints/checkpoint-store.ts";
import { Collector } from "../../shared/blob/collector/collector.ts";
import { ObjectBlobs } from "../../shared/blob/object-blobs.ts";
import { DirectoryObjects } from "../../shared/blob/objects/directory-objects.ts";
import { PageStore } from "../../shared/blob/pages/page-store.ts";
import { gradingQueue } from "../../shared/protocol/grading-queue.ts";
import { gradescopeSchema } from "../../shared/schema/gradescope.ts";
import { problemSchema } from "../../shared/schema/problem.ts";
import { rawGuest } from "./raw-guest.ts";
import { sendSignal } from "./send-signal.ts";
import { startTestService, type TestService } from "./test-service.ts";
import { twoHartGuest } from "./two-hart-guest.ts";

const good = rawGuest({ print: "hello world\r\n", ending: { exit: 0 } });
const endless = rawGuest({ print: "ready\r\n", ending: "spin" });

describe.each(["deno", "node"] as const)("the service with workers under %s", (runtime) => {
  let service: TestService;

  beforeAll(async () => {
    service = await startTestService(runtime);
  });

  afterAll(() => service?.stop());

  const post = (form: FormData) =>
    fetch(`${service.api.base}/v1/submissions`, { method: "POST", body: form });
  const form = (assignment: string, files: Record<string, Uint8Array>) => {
    const body = new FormData();
    body.append("assignment", assignment);
    for (const [name, bytes] of Object.entries(files)) {
      body.append(name, new Blob([Uint8Array.from(bytes)]), name);
    }
    return body;
  };
  const problemOf = async (response: Response) => {
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    return problemSchema.parse(await response.json());
  };

  test("runs a kernel, grades it and gives the grade in Gradescope's form", async () => {
    const id = await service.submit("greet", good);
    const { state, result } = await service.ended(id);
    expect(state).toBe("graded");
    expect(result).toMatchObject({
      score: 4,
      maxScore: 4,
      end: { kind: "completed" },
      consoleTail: "hello world\n",
      epoch: 1,
    });
    expect(result?.runtime).toContain(runtime);
    expect(result?.stateHash).toMatch(/^[0-9a-f]{64}$/);
    const gradescope = gradescopeSchema.parse(JSON.parse(await service.api.results(id)));
    expect(gradescope.score).toBe(4);
    expect(gradescope.tests.map(({ name, status }) => [name, status])).toEqual([
      ["Greets", "passed"],
      ["Stops", "passed"],
    ]);
  });

  test("grades a guest of two harts, the same in every run", async () => {
    const ids = [
      await service.submit("pair", twoHartGuest("both")),
      await service.submit("pair", twoHartGuest("both")),
    ];
    const results = await Promise.all(ids.map(async (id) => (await service.ended(id)).result));
    for (const result of results) {
      expect(result).toMatchObject({ score: 3, end: { kind: "completed" }, consoleTail: "both" });
    }
    expect(results[0]?.stateHash).toBe(results[1]?.stateHash);
  });

  test("keeps the points of a guest that hangs and says which step waited for what", async () => {
    const id = await service.submit("greet", rawGuest({ print: "hello\r\n", ending: "sleep" }));
    const { result } = await service.ended(id);
    expect(result).toMatchObject({ score: 3, end: { kind: "step-failed" } });
    expect(result?.summary).toBe(
      '"Stops" failed: Waited 10,000,000 instructions for power-off with exit status 0; ' +
        "it did not come. 1 earlier step succeeded. 3 of 4 points.",
    );
    const gradescope = gradescopeSchema.parse(JSON.parse(await service.api.results(id)));
    expect(gradescope.tests[1]?.output).toContain("Last console lines:\nhello");
  });

  test("grades a wrong exit status and a silent guest as theirs, not as failures of ours", async () => {
    const wrong = await service.submit("greet", rawGuest({ print: "hello", ending: { exit: 7 } }));
    const silent = await service.submit("greet", rawGuest({ print: "", ending: { exit: 0 } }));
    expect((await service.ended(wrong)).result?.summary).toContain(
      "Expected exit status 0, but the guest powered off with 7.",
    );
    expect((await service.ended(silent)).result?.summary).toContain(
      "Waited for output matching /hello/, but the guest powered off with exit status 0.",
    );
  });

  test("cuts off a guest that floods the console", async () => {
    const id = await service.submit("greet", rawGuest({ print: "x".repeat(5000), ending: "spin" }));
    expect((await service.ended(id)).result).toMatchObject({
      score: 0,
      end: { kind: "output-limit" },
      consoleBytes: 4097,
    });
  });

  test("grades what cannot be started, with a sentence about it", async () => {
    const truncatedElf = Uint8Array.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0]);
    const id = await service.submit("greet", truncatedElf);
    const { result } = await service.ended(id);
    expect(result).toMatchObject({ score: 0, instructions: 0, end: { kind: "bad-image" } });
    expect(result?.summary).toContain("The machine could not start:");
  });

  test("ends a run at the wall-clock guard and keeps its points", async () => {
    const id = await service.submit("guarded", endless);
    expect((await service.ended(id)).result).toMatchObject({
      score: 1,
      end: { kind: "wall-clock" },
    });
  });

  test("tells events in order, live, and goes on after the last one seen", async () => {
    const id = await service.submit("greet", good);
    const all = await service.events(id);
    const types = all.map((event) => event.type);
    expect(types[0]).toBe("queued");
    expect(types[1]).toBe("run");
    expect(types.at(-1)).toBe("end");
    const text = all.map((event) => (event.type === "console" ? event.data.text : "")).join("");
    expect(text).toBe("hello world\r\n");

    const response = await service.api.console(id, undefined);
    const ids: string[] = [];
    for await (const event of readEvents(response.body ?? new ReadableStream())) {
      if (event.id !== undefined) {
        ids.push(event.id);
      }
    }
    expect(ids.length).toBe(all.length);
    const resumed = await service.api.console(id, ids[1]);
    const rest: (string | undefined)[] = [];
    for await (const event of readEvents(resumed.body ?? new ReadableStream())) {
      rest.push(event.id);
    }
    expect(rest).toEqual(ids.slice(2));
    expect((await service.api.console(id, ids.at(-1))).status).toBe(204);
  });

  test("cancels a running and a queued submission, and is free for the next", async () => {
    const running = [
      await service.submit("endless", endless),
      await service.submit("endless", endless),
    ];
    for (const id of running) {
      await service.until(id, ({ state }) => state === "running");
    }
    const queued = await service.submit("endless", endless);
    expect(await service.api.submission(queued)).toMatchObject({
      state: "queued",
      queuePosition: 0,
    });
    for (const id of [queued, ...running]) {
      expect((await service.api.cancel(id)).state).toBe("cancelled");
    }
    const next = await service.submit("greet", good);
    expect((await service.ended(next)).result?.score).toBe(4);
    expect((await service.api.submission(queued)).runs).toBe(0);
    expect((await service.api.submission(running[0] ?? "")).result).toBeUndefined();
  });

  test("writes one grade when the queue delivers a job twice", async () => {
    const id = await service.submit("greet", good);
    const { result, finishedAt } = await service.ended(id);
    const queue = new Queue(gradingQueue.name, {
      connection: { url: service.service.redisUrl },
      prefix: gradingQueue.prefix,
    });
    const job = await queue.getJob(id);
    await queue.add(gradingQueue.jobName, job?.data, { jobId: `${id}-again` });
    await expect
      .poll(async () => (await queue.getJob(`${id}-again`))?.returnvalue, { timeout: 10_000 })
      .toEqual({ kind: "superseded" });
    expect(await service.api.submission(id)).toMatchObject({ result, finishedAt, runs: 1 });
    await queue.close();
  });

  test("fails, and says why, when the installation has lost a file, after trying again", async () => {
    const kernel = rawGuest({ print: "hello again", ending: { exit: 0 } });
    const blockers = [
      await service.submit("endless", endless),
      await service.submit("endless", endless),
    ];
    for (const id of blockers) {
      await service.until(id, ({ state }) => state === "running");
    }
    const id = await service.submit("greet", kernel);
    const { artefacts } = await service.api.submission(id);
    const hash = artefacts[0]?.sha256 ?? "";
    await rm(join(service.blobs, hash.slice(0, 2), hash.slice(2)));
    for (const blocker of blockers) {
      await service.api.cancel(blocker);
    }
    const { state, failure, runs, result } = await service.ended(id);
    expect({ state, runs, result }).toEqual({ state: "failed", runs: 4, result: undefined });
    expect(failure).toBe(`blob ${hash} is not stored`);
    await expect(service.api.results(id)).rejects.toMatchObject({ message: "no grade" });
  });

  test("keeps a submission's files from being collected until it is given up", async () => {
    const kernel = rawGuest({ print: "hello and stay", ending: { exit: 0 } });
    const id = await service.submit("greet", kernel);
    const hash = (await service.ended(id)).artefacts[0]?.sha256 ?? "";
    const objects = new DirectoryObjects(service.blobs);
    const isThere = () => new ObjectBlobs(objects).has(hash);
    const collector = new Collector(objects, { blobs: true, grace: -60_000 });
    await collector.collect();
    expect(await isThere()).toBe(true);
    await new CheckpointStore(new PageStore(objects)).remove("submission", id, 0);
    await collector.collect();
    expect(await isThere()).toBe(false);
  });

  test("lists assignments and names file, line and field of a faulty one", async () => {
    const list = await service.api.assignments();
    expect(list.map(({ name }) => name)).toEqual([
      "broken",
      "endless",
      "greet",
      "guarded",
      "long",
      "pair",
      "relay",
      "roomy",
      "sampled",
      "work",
    ]);
    expect(list.find(({ name }) => name === "greet")).toMatchObject({
      maxScore: 4,
      artefacts: [{ name: "kernel", maxBytes: 65536, optional: false }],
    });
    expect(list[0]?.unavailable).toContain("broken/assignment.yaml:4:3: machine.ram must be");
    const response = await post(form("broken", { kernel: good }));
    expect(response.status).toBe(409);
    expect((await problemOf(response)).detail).toContain("broken/assignment.yaml:4:3");
  });

  test.each([
    ["an unknown assignment", "nothing", { kernel: good }, 404, "There is no assignment"],
    ["a missing file", "greet", {}, 422, "kernel is missing"],
    ["a file too many", "greet", { kernel: good, disk: good }, 422, "disk is not asked for"],
    ["an empty file", "greet", { kernel: new Uint8Array() }, 422, "kernel is empty"],
    [
      "a file above the assignment's limit",
      "greet",
      { kernel: new Uint8Array(70_000) },
      413,
      "65536 are allowed",
    ],
    [
      "an upload above the API's limit",
      "greet",
      { kernel: new Uint8Array(1_200_000) },
      413,
      "1048576 bytes",
    ],
    [
      "a field that is no artefact's name",
      "greet",
      { "../kernel": good },
      400,
      "not the name of an artefact",
    ],
  ])("refuses %s with a problem document", async (_case, name, files, status, detail) => {
    const response = await post(form(name, files));
    expect(response.status).toBe(status);
    expect((await problemOf(response)).detail).toContain(detail);
  });

  test("refuses bodies that are no form, cut-off forms and unknown paths", async () => {
    const url = `${service.api.base}/v1/submissions`;
    const text = await fetch(url, { method: "POST", body: "hello" });
    expect(text.status).toBe(415);
    const cutOff = await fetch(url, {
      method: "POST",
      headers: { "content-type": "multipart/form-data; boundary=x" },
      body: '--x\r\ncontent-disposition: form-data; name="kernel"; filename="k"\r\n\r\nabc',
    });
    expect(cutOff.status).toBe(400);
    expect((await problemOf(cutOff)).type).toBe("urn:trapline:problem:unreadable-form");
    for (const path of ["/v1/submissions/s-aaaaaaaaaaaaaaaa", "/v1/submissions/x", "/nothing"]) {
      const response = await fetch(service.api.base + path);
      expect(response.status).toBe(404);
      await problemOf(response);
    }
  });

  test("describes itself and says that it is well", async () => {
    const document = await (await fetch(`${service.api.base}/openapi.json`)).json();
    expect(Object.keys((document as { paths: object }).paths).sort()).toEqual([
      "/healthz",
      "/readyz",
      "/v1/assignments",
      "/v1/queue",
      "/v1/rebalance",
      "/v1/runs",
      "/v1/runs/{id}/debug",
      "/v1/runs/{id}/migrate",
      "/v1/runs/{id}/move",
      "/v1/settings",
      "/v1/submissions",
      "/v1/submissions/{id}",
      "/v1/submissions/{id}/console",
      "/v1/submissions/{id}/exits",
      "/v1/submissions/{id}/profile",
      "/v1/submissions/{id}/results.json",
      "/v1/workers",
      "/v1/workers/{name}/drain",
    ]);
    expect((await fetch(`${service.api.base}/healthz`)).status).toBe(200);
    expect((await fetch(`${service.api.base}/readyz`)).status).toBe(200);
  });

  test("runs a submission again, and grades it once, when its worker is killed", async () => {
    const id = await service.submit("long", endless);
    const events = service.events(id);
    await service.until(id, ({ progress }) => (progress?.step ?? 0) > 0);
    const doomed = (await workerOf(id)) ?? "";
    const worker = service.service.workers.find(({ name }) => name === doomed);
    sendSignal(worker, "SIGKILL");

    const { state, runs, result } = await service.ended(id);
    expect({ state, runs }).toEqual({ state: "graded", runs: 2 });
    expect(result).toMatchObject({ score: 1, epoch: 2 });
    const types = (await events).map((event) => event.type);
    expect(types.filter((type) => type === "run")).toHaveLength(2);
    expect(types.filter((type) => type === "end")).toHaveLength(1);
  });

  test("takes nothing from a worker that was away and comes back after its lease is gone", async () => {
    const id = await service.submit("long", endless);
    await service.until(id, ({ progress }) => (progress?.step ?? 0) > 0);
    const frozen = (await workerOf(id)) ?? "";
    const worker = service.service.workers.find(({ name }) => name === frozen);
    sendSignal(worker, "SIGSTOP");
    await service.until(id, ({ runs }) => runs === 2);
    sendSignal(worker, "SIGCONT");

    const graded = await service.ended(id);
    expect(graded).toMatchObject({ state: "graded", runs: 2, result: { epoch: 2 } });
    expect(graded.result?.worker).not.toBe(frozen);
    const ends = (await service.events(id)).filter((event) => event.type === "end");
    expect(ends).toHaveLength(1);
    // The late worker is as good as new.
    const next = await Promise.all([service.submit("greet", good), service.submit("greet", good)]);
    for (const other of next) {
      expect((await service.ended(other)).result?.score).toBe(4);
    }
    expect(await service.api.submission(id)).toEqual(graded);
  });

  async function workerOf(id: string): Promise<string | undefined> {
    const response = await service.api.console(id, undefined);
    for await (const event of readEvents(response.body ?? new ReadableStream())) {
      if (event.type === "run") {
        return (JSON.parse(event.data) as { worker: string }).worker;
      }
    }
    return undefined;
  }
});

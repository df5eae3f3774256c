/** The single-node overlay as processes: what the manifests say is started, probed and drained. */
import { existsSync, renameSync, rmSync, symlinkSync, utimesSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ApiClient } from "../../services/cli/client/api-client.ts";
import { followSubmission } from "../../services/cli/client/follow-submission.ts";
import { rawGuest } from "../integration/raw-guest.ts";
import { builtOverlay } from "./built-overlay.ts";
import type { ClusterObject } from "./cluster-object.ts";
import { debianTools } from "./debian-tools.ts";
import { podOf } from "./pods.ts";
import type { Rehearsal, Rehearsed } from "./rehearsal.ts";
import { type RehearsedService, startRehearsedService } from "./rehearsed-service.ts";

const tools = debianTools();

describe.runIf(typeof tools !== "string")("the manifests' commands", () => {
  let objects: ClusterObject[];
  let service: RehearsedService;
  let rehearsal: Rehearsal;
  let redis: Rehearsed;
  let base: string;
  let client: ApiClient;
  let store: Redis;

  beforeAll(async () => {
    if (typeof tools === "string") throw new Error(tools);
    objects = builtOverlay(tools.kustomize, "single-node");
    service = await startRehearsedService(objects, {});
    ({ rehearsal, redis, base, client, store } = service);
  });

  afterAll(async () => {
    await service?.stop();
  });

  const submit = (assignment: string, kernel: Uint8Array) => service.submit(assignment, kernel);
  const until = async <Value>(ask: () => Promise<Value>, isIt: (value: Value) => boolean) => {
    for (;;) {
      const value = await ask();
      if (isIt(value)) return value;
      await sleep(50);
    }
  };
  const load = async () => (await fetch(`${base}/v1/queue`)).json();

  test("Redis keeps everything in a file, forgets nothing, and answers who has the password", async () => {
    const { container } = podOf(objects, "redis");
    expect(redis.exec(container.startupProbe?.exec?.command)).toBe(0);
    expect(redis.exec(container.readinessProbe?.exec?.command)).toBe(0);
    const setting = async (name: string) => (await store.config("GET", name)) as string[];
    expect(await setting("appendonly")).toEqual(["appendonly", "yes"]);
    expect(await setting("maxmemory-policy")).toEqual(["maxmemory-policy", "noeviction"]);
    expect(await setting("dir")).toEqual(["dir", rehearsal.volume("/data")]);
    const stranger = new Redis({ port: store.options.port ?? 0, maxRetriesPerRequest: 0 });
    stranger.on("error", () => {});
    await expect(stranger.get("x")).rejects.toThrow("NOAUTH");
    stranger.disconnect();
  });

  test("the API answers its probes, and says which part is silent", async () => {
    const { livenessProbe, readinessProbe } = podOf(objects, "api").container;
    const status = async (path = "") => (await fetch(base + path)).status;
    expect(await status(livenessProbe?.httpGet?.path)).toBe(200);
    expect(await status(readinessProbe?.httpGet?.path)).toBe(200);

    const blobs = rehearsal.volume("/var/lib/trapline/blobs");
    renameSync(blobs, `${blobs}-away`);
    // A folder that leads nowhere: the host refuses to look into it.
    symlinkSync(blobs, blobs);
    const answer = await fetch(`${base}/readyz`);
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ errors: [{ field: "blobs" }] });
    rmSync(blobs);
    renameSync(`${blobs}-away`, blobs);

    process.kill(redis.process.pid, "SIGSTOP");
    const silent = await fetch(`${base}/readyz`);
    expect(await silent.json()).toMatchObject({ errors: [{ field: "redis" }] });
    expect(await status("/healthz")).toBe(200);
    process.kill(redis.process.pid, "SIGCONT");
    await until(
      () => status("/readyz"),
      (is) => is === 200,
    );
  });

  test("the queue's depth and age are where the scaler looks", async () => {
    const id = await submit("greet", rawGuest({ print: "hello", ending: { exit: 0 } }));
    expect(await store.llen("trapline:grading:wait")).toBe(1);
    const grown = await until(load, (is) => (is as { oldestSeconds: number }).oldestSeconds > 0.2);
    expect(grown).toMatchObject({ waiting: 1, active: 0, delayed: 0 });
    await client.cancel(id);
    expect(await load()).toEqual({ waiting: 0, active: 0, delayed: 0, oldestSeconds: 0 });
  });

  test.for(["worker-deno", "worker-node"])(
    "a worker of the image %s grades, shows that it lives, and is drained by hook and signal",
    async (image) => {
      const { container } = podOf(objects, "worker");
      // Under Node the image says how it is started; the manifest's words are for Deno.
      const worker = await rehearsal.start("worker", {
        image,
        ready: /"worker (\S+) ready/,
        isImageCommand: image === "worker-node",
      });
      expect(worker.process.readyMatch[1]).toBe("worker-0");
      const isAlive = () => worker.exec(container.livenessProbe?.exec?.command) === 0;
      expect(worker.exec(container.startupProbe?.exec?.command)).toBe(0);
      expect(isAlive()).toBe(true);

      const graded = await submit("greet", rawGuest({ print: "hello", ending: { exit: 0 } }));
      const { result } = await until(
        () => client.submission(graded),
        ({ state }) => state === "graded",
      );
      expect(result).toMatchObject({ score: 4 });

      // Frozen for half a minute: nobody writes the file any more.
      process.kill(worker.process.pid, "SIGSTOP");
      const then = Date.now() / 1000 - 31;
      utimesSync(worker.here("/run/trapline/alive"), then, then);
      expect(isAlive()).toBe(false);
      process.kill(worker.process.pid, "SIGCONT");

      const long = await submit("endless", rawGuest({ print: "ready", ending: "spin" }));
      await until(
        () => client.submission(long),
        ({ state }) => state === "running",
      );
      expect(worker.exec(container.lifecycle?.preStop?.exec?.command)).toBe(0);
      expect(await worker.process.ended).toBe("status 0");
      expect(existsSync(worker.here("/run/trapline/alive"))).toBe(false);
      // The run waits for another worker, or for the next test's.
      expect(await load()).toMatchObject({ active: 0 });
      expect(["queued", "running"]).toContain((await client.submission(long)).state);
      await client.cancel(long);
    },
  );

  test("a run that one worker leaves goes on under another, without a stop", async () => {
    const ready = /"worker (\S+) ready/;
    const first = await rehearsal.start("worker", { image: "worker-deno", ready });
    const id = await submit("long", rawGuest({ print: "ready", ending: "spin" }));
    await until(
      () => client.submission(id),
      ({ progress }) => (progress?.step ?? 0) > 0,
    );
    const { lifecycle } = podOf(objects, "worker").container;
    const second = await rehearsal.start("worker", {
      image: "worker-node",
      ready,
      isImageCommand: true,
      changed: { TRAPLINE_WORKER: "worker-1" },
    });
    expect(first.exec(lifecycle?.preStop?.exec?.command)).toBe(0);
    expect(await first.process.ended).toBe("status 0");
    const submission = await until(
      () => client.submission(id),
      ({ state }) => state === "graded",
    );
    expect(submission).toMatchObject({ result: { score: 1, worker: "worker-1" } });
    // Hook and signal have it moved while it runs, between two ports of the manifest.
    const moves: string[] = [];
    for await (const { type } of followSubmission(client, id)) {
      if (type === "migrated" || type === "resumed" || type === "interrupted") moves.push(type);
    }
    expect(moves).toEqual(["migrated"]);
    // Nobody can tell that it moved: the same submission once more, left alone, ends in the same state.
    const again = await submit("long", rawGuest({ print: "ready", ending: "spin" }));
    const undisturbed = await until(
      () => client.submission(again),
      ({ state }) => state === "graded",
    );
    expect(submission.result?.stateHash).toMatch(/^[0-9a-f]{64}$/);
    expect(undisturbed.result?.stateHash).toBe(submission.result?.stateHash);
    expect(second.exec(lifecycle?.preStop?.exec?.command)).toBe(0);
  });
});

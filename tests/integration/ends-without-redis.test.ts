import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { freePorts } from "../../services/cli/commands/free-ports.ts";
import { type ServedProcess, startProcess } from "../../services/cli/commands/serve-process.ts";
import { redisPlan } from "../../services/cli/commands/serve-redis.ts";
import { workerPlan } from "../../services/cli/commands/serve-worker.ts";
import { startTestService } from "./test-service.ts";
import { workingGuest } from "./working-guest.ts";

const runtimes = ["node", "deno"] as const;
/** Milliseconds after which a process is killed: then it has not ended by itself. */
const patience = 30_000;
const inOrder = "status 0";

let folder: string;
let redis: ServedProcess;
let url: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "trapline-test-"));
  const ours = await redisPlan(join(folder, "redis"), false);
  url = ours.url;
  redis = await startProcess(ours.plan);
});

afterEach(async () => {
  await redis?.stop(5000);
  rmSync(folder, { recursive: true, force: true });
});

/** All processes of a service whose Redis is killed, and how they end when they are asked to. */
async function endsWithoutRedis(
  submit: (service: Awaited<ReturnType<typeof startTestService>>) => Promise<unknown>,
): Promise<string[]> {
  const started = await startTestService(runtimes, {}, { redisUrl: url });
  const { service } = started;
  await submit(started);
  const processes = [...service.workers, ...(service.api ? [service.api] : [])];
  process.kill(redis.pid, "SIGKILL");
  await redis.ended;
  const ends = await Promise.all(
    processes.map(async (one) => {
      await one.stop(patience);
      return one.ended;
    }),
  );
  await started.stop();
  return ends;
}

describe("where Redis is gone", () => {
  test("API and idle workers end when they are asked to, under Node and Deno", async () => {
    expect(await endsWithoutRedis(async () => undefined)).toEqual([inOrder, inOrder, inOrder]);
  }, 60_000);

  test("workers end in the midst of runs: those go on elsewhere from their checkpoints", async () => {
    const ends = endsWithoutRedis(async ({ submit, until }) => {
      const ids = await Promise.all(runtimes.map(() => submit("work", workingGuest(1000))));
      await Promise.all(ids.map((id) => until(id, ({ state }) => state === "running")));
    });
    expect(await ends).toEqual([inOrder, inOrder, inOrder]);
  }, 60_000);
});

describe.each(runtimes)("a worker under %s", (runtime) => {
  const planAt = (redisUrl: string) =>
    workerPlan(
      ...([runtime, "worker-1"] as const),
      { redisUrl, blobs: join(folder, "blobs"), variables: {} },
      () => undefined,
    );

  test("ends in order when it is asked to right behind its first word", async () => {
    const worker = await startProcess(planAt(url));
    await worker.stop(patience);
    expect(await worker.ended).toBe(inOrder);
  }, 60_000);

  test("ends when it is asked to while it still waits for its first answer of Redis", async () => {
    const [port] = await freePorts(1);
    const plan = planAt(`redis://127.0.0.1:${port}`);
    const worker = await startProcess({ ...plan, ready: /redis: connect|ECONNREFUSED/ });
    await worker.stop(patience);
    expect(await worker.ended).toBe(inOrder);
  }, 60_000);
});

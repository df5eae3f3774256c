import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFailed, test } from "vitest";
import { workerKeys } from "../../shared/protocol/worker-keys.ts";
import type { MoveWay } from "../../shared/schema/move-report.ts";
import { connectToWorker } from "../../workers/runtime/migration/migration-tls.ts";
import { receiveAnswer, sendWord } from "../../workers/runtime/migration/move-opening.ts";
import { StreamChannel } from "../../workers/runtime/migration/stream-channel.ts";
import { makeWorkerCertificate } from "../../workers/runtime/migration/worker-certificate.ts";
import { type MovePoint, MoveProxy, movePoints } from "./move-proxy.ts";
import { type RunOutcome, runOutcome } from "./run-outcome.ts";
import { startTestService, type TestService } from "./test-service.ts";
import { undisturbedRun } from "./undisturbed-runs.ts";
import { workingGuest } from "./working-guest.ts";

/**
 * Moves between two processes that are struck at what passes between them. In `npm test` at some points,
 * in `npm run chaos` each of them in each way.
 */
const isLong = Number(process.env.TRAPLINE_CHAOS_RUNS ?? 0) > 20;
const guest = workingGuest(80);
const seen = "127.0.0.2";
const variables = {
  TRAPLINE_CHECKPOINT: "200000000",
  TRAPLINE_MIGRATION_HOST: seen,
  // So that only those lose their lease who are meant to.
  TRAPLINE_LOCK: isLong ? "2000" : "15000",
};

type Victim = "source" | "destination" | "connection";

interface Strike {
  readonly point: MovePoint;
  readonly isBehind: boolean;
  readonly victim: Victim;
  readonly way: MoveWay;
  /** How often the run was begun or gone on with, where that is certain. */
  readonly runs?: number;
}

const short: readonly Strike[] = [
  { point: "ready", isBehind: false, victim: "connection", way: "precopy", runs: 1 },
  { point: "pages", isBehind: false, victim: "destination", way: "precopy", runs: 1 },
  { point: "go", isBehind: true, victim: "source", way: "precopy", runs: 1 },
  { point: "later", isBehind: false, victim: "source", way: "postcopy", runs: 2 },
];
const long = movePoints.flatMap((point): Strike[] =>
  [false, true].flatMap((isBehind) =>
    (["source", "destination", "connection"] as const).flatMap((victim) =>
      (point === "later" ? (["postcopy"] as const) : (["precopy", "postcopy"] as const)).map(
        (way) => ({ point, isBehind, victim, way }),
      ),
    ),
  ),
);

describe("a move that fails", () => {
  let reference: RunOutcome;
  let service: TestService;
  const proxies = new Map<string, MoveProxy>();

  const workers = () => service.api.workers();
  /** Both are there and have nothing to do. */
  /** What was killed is not there again before it says another time. */
  const killed = new Map<string, string>();
  const isCalm = async () => {
    for (;;) {
      const all = await workers();
      const isIdle = ({ name, state, runs, startedAt }: (typeof all)[number]) =>
        state === "ready" && runs.length === 0 && killed.get(name) !== startedAt;
      if (all.length === 2 && all.every(isIdle)) return;
      await sleep(100);
    }
  };
  const isListed = async (id: string) => {
    while (!(await workers()).some(({ runs }) => runs.some(({ run }) => run === id))) {
      await sleep(20);
    }
  };

  beforeAll(async () => {
    reference = (await undisturbedRun(guest)).outcome;
    service = await startTestService(["node", "deno"], variables, {
      launch: (plan) => ({
        ...plan,
        words: plan.words.map((word) =>
          word.startsWith("--allow-net=")
            ? word.replace(/127\.0\.0\.1:(\d+)/g, `$&,${seen}:$1`)
            : word,
        ),
      }),
    });
    await isCalm();
    for (const { name, door } of await workers()) {
      if (door) proxies.set(name, await MoveProxy.open(door.port, seen));
    }
  });

  beforeEach(() => onTestFailed(() => console.log(service.news.join("\n"))));

  afterAll(async () => {
    for (const proxy of proxies.values()) proxy.close();
    await service?.stop();
  });

  const pidOf = (name: string) =>
    service.service.workers.find((worker) => worker.name === name)?.pid ?? 0;

  test.each(isLong ? long : short)(
    "because of its $victim, at $point ($way; message arrives: $isBehind), leaves one run, the undisturbed one",
    async ({ point, isBehind, victim, way, runs }) => {
      await isCalm();
      const id = await service.submit("work", guest);
      const events = service.events(id);
      await service.until(id, ({ progress }) => (progress?.instructions ?? 0) >= 100e6);
      const { worker: source = "" } = await service.record(id);
      const destination = source === "worker-1" ? "worker-2" : "worker-1";
      await isListed(id);
      const startedAt = new Map((await workers()).map((one) => [one.name, one.startedAt]));
      const kill = (name: string) => {
        killed.set(name, startedAt.get(name) ?? "");
        process.kill(pidOf(name), "SIGKILL");
      };
      let hasStruck = false;
      proxies.get(destination)?.set({
        ...{ point, isBehind },
        strike: () => {
          hasStruck = true;
          if (victim === "source") kill(source);
          if (victim === "destination") kill(destination);
        },
      });
      await service.api.migrate(id, destination, way);
      const submission = await service.ended(id);
      expect(hasStruck).toBe(true);
      expect(runOutcome(submission, await events)).toEqual(reference);
      if (runs !== undefined) expect(submission.runs).toBe(runs);
    },
  );

  test("is one without a good ticket: it is refused, and the run goes on", async () => {
    await isCalm();
    const id = await service.submit("work", guest);
    const events = service.events(id);
    await service.until(id, ({ progress }) => (progress?.instructions ?? 0) >= 50e6);
    const { worker = "", epoch = "" } = await service.record(id);
    const target = (await workers()).find(({ name }) => name !== worker);
    if (!target?.door) throw new Error("the other worker has no door");
    // A worker like others, but for what nobody has told it.
    const own = makeWorkerCertificate();
    const redis = new Redis(service.service.redisUrl);
    const name = "intruder";
    const door = { ...target.door, certificate: own.certificate };
    await redis.sadd(workerKeys.names, name);
    const status = { ...target, name, capacity: 0, door };
    await redis.set(workerKeys.status(name), JSON.stringify(status), "PX", 20_000);
    const ask = async (from: string, ticket: string) => {
      const socket = await connectToWorker(
        {
          ...target.door,
          host: "127.0.0.1",
          port: target.door?.port ?? 0,
          certificate: target.door?.certificate ?? "",
        },
        own,
        5000,
      );
      const channel = new StreamChannel(socket);
      const words = { run: id, from, to: target.name, epoch: Number(epoch), ticket };
      sendWord(channel, { ...words, build: "b", lock: "l", mustGo: true, elapsed: 0 });
      return receiveAnswer(channel, 5000).finally(() => channel.cut());
    };
    expect(await ask(name, "made up")).toEqual({ refusal: "the ticket is not good" });
    await expect(ask(worker, "made up")).rejects.toThrow("closed");
    await redis.del(workerKeys.status(name));
    redis.disconnect();
    const submission = await service.ended(id);
    expect(runOutcome(submission, await events)).toEqual(reference);
    expect(submission.runs).toBe(1);
  });
});

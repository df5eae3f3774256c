import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ServedProcess, startProcess } from "../../services/cli/commands/serve-process.ts";
import { redisPlan } from "../../services/cli/commands/serve-redis.ts";
import { issueTicket, useTicket } from "../../shared/protocol/migration-ticket.ts";
import { runKeys } from "../../shared/protocol/run-keys.ts";
import { moveReportSchema } from "../../shared/schema/move-report.ts";
import { RedisAuthority } from "../../workers/runtime/migration/redis-authority.ts";
import { makeWorkerCertificate } from "../../workers/runtime/migration/worker-certificate.ts";
import { ActiveRuns } from "../../workers/runtime/moves/active-runs.ts";
import { CheckpointHandOver } from "../../workers/runtime/moves/checkpoint-hand-over.ts";
import { LiveMove } from "../../workers/runtime/moves/live-move.ts";
import { RunJournal } from "../../workers/runtime/run-journal.ts";

/** What Redis says of who may have a run: tickets, and the authority of a migration. */
let folder: string;
let served: ServedProcess;
let redis: Redis;
let count = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "trapline-test-"));
  const { url, plan } = await redisPlan(folder, false);
  served = await startProcess({ ...plan, onLine: () => undefined });
  redis = new Redis(url);
});

afterAll(async () => {
  redis?.disconnect();
  await served?.stop(5000);
  await rm(folder, { recursive: true, force: true });
});

const a = { name: "a", runtime: "node" };
const b = { name: "b", runtime: "deno" };

/** A run that worker `a` has in epoch 1. */
async function begun(): Promise<{ run: string; journal: RunJournal }> {
  const letters = (++count).toString(2).replaceAll("0", "a").replaceAll("1", "b");
  const run = `s-${letters.padStart(16, "a")}`;
  await redis.hset(runKeys(run).record, { state: "queued" });
  const journal = await RunJournal.begin(redis, run, a);
  if (typeof journal === "string") throw new Error(journal);
  return { run, journal };
}

describe("a ticket", () => {
  test("is good once, however many ask at the same time", async () => {
    const { run } = await begun();
    const place = { run, from: "a", to: "b" };
    const secret = (await issueTicket(redis, place)) ?? "";
    expect(secret.length).toBeGreaterThan(40);
    const use = () => useTicket(redis, { ...place, epoch: 1, secret });
    const answers = await Promise.all(Array.from({ length: 20 }, use));
    expect(answers.filter((isGood) => isGood)).toHaveLength(1);
    expect(await use()).toBe(false);
  });

  test.each([
    ["another secret", { secret: "x".repeat(43) }],
    ["another source", { from: "c" }],
    ["another destination", { to: "c" }],
    ["another epoch", { epoch: 2 }],
    ["another run", { run: "s-ffffffffffffffff" }],
  ])("is not good for %s, and stays good for what it is for", async (_, change) => {
    const { run } = await begun();
    const place = { run, from: "a", to: "b" };
    const secret = (await issueTicket(redis, place)) ?? "";
    const right = { ...place, epoch: 1, secret };
    expect(await useTicket(redis, { ...right, ...change })).toBe(false);
    expect(await useTicket(redis, right)).toBe(true);
  });

  test("is good for nothing when the run has changed hands, has ended, a later one was made, or its time is over", async () => {
    const place = async () => ({ run: (await begun()).run, from: "a", to: "b" });
    const changes: readonly ((run: string) => Promise<unknown>)[] = [
      (run) => RunJournal.begin(redis, run, b),
      (run) => redis.hset(runKeys(run).record, "state", "cancelled"),
      (run) => issueTicket(redis, { run, from: "a", to: "b" }),
      (run) => redis.pexpire(runKeys(run).ticket, 1).then(() => sleep(20)),
    ];
    for (const change of changes) {
      const where = await place();
      const secret = (await issueTicket(redis, where)) ?? "";
      await change(where.run);
      expect(await useTicket(redis, { ...where, epoch: 1, secret })).toBe(false);
    }
  });

  test("is made only for the worker that has the run, and Redis does not know what it says", async () => {
    const { run } = await begun();
    expect(await issueTicket(redis, { run, from: "b", to: "a" })).toBeUndefined();
    const secret = (await issueTicket(redis, { run, from: "a", to: "b" })) ?? "";
    const { ticket } = runKeys(run);
    expect(JSON.stringify(await redis.hgetall(ticket))).not.toContain(secret);
    expect(await redis.pttl(ticket)).toBeGreaterThan(20_000);
  });
});

describe("the authority", () => {
  const source = () => new RedisAuthority(redis, a);
  const destination = () => new RedisAuthority(redis, b);
  const eventsOf = async (run: string) =>
    (await redis.xrange(runKeys(run).events, "-", "+")).map(([, fields]) => fields[1]);

  test("gives the run to the first who asks, tells both the same, and says so again to who asks again", async () => {
    const { run, journal } = await begun();
    const answers = await Promise.all([
      destination().compareAndSet(run, 1, "b 1", "a"),
      source().compareAndSet(run, 1, "a 1"),
      destination().compareAndSet(run, 1, "b 1", "a"),
    ]);
    expect(new Set(answers.map(({ owner }) => owner))).toEqual(new Set(["b 1"]));
    expect(answers.map(({ epoch }) => epoch)).toEqual([2, 2, 2]);
    expect(await eventsOf(run)).toEqual(["run", "migrated"]);
    expect(await journal.append([])).toBe(false);
  });

  test("lets a source take its run back without a word to clients, and go on writing", async () => {
    const { run, journal } = await begun();
    expect(await journal.append([])).toBe(true);
    const { owner, epoch } = await source().compareAndSet(run, 1, "a 1");
    expect([owner, epoch]).toEqual(["a 1", 2]);
    expect(await journal.append([])).toBe(false);
    journal.takeBack(epoch);
    expect(await journal.append([])).toBe(true);
    expect((await destination().compareAndSet(run, 1, "b 1", "a")).owner).toBe("a 1");
    expect(await eventsOf(run)).toEqual(["run"]);
  });

  test("gives nobody a run that was cancelled, or begun by somebody else, and says what was told", async () => {
    const { run, journal } = await begun();
    await journal.append([], undefined, { console: 17, steps: 2 });
    const first = await destination().compareAndSet(run, 1, "b 1", "a");
    expect(first.told).toEqual({ console: 17, steps: 2 });
    await RunJournal.begin(redis, run, a);
    expect((await destination().compareAndSet(run, 1, "b 1", "a")).owner).toBe("");
    const other = await begun();
    await redis.hset(runKeys(other.run).record, { state: "cancelled", epoch: 2 });
    expect((await destination().compareAndSet(other.run, 1, "b 1", "a")).owner).toBe("");
    expect((await destination().compareAndSet("s-eeeeeeeeeeeeeeee", 1, "b 1", "a")).owner).toBe("");
  });
});

describe("the report of a move", () => {
  /** Orders a run away that cannot go live. @param comesToItsEnd before its last checkpoint */
  async function reportOf(comesToItsEnd: boolean) {
    const move = new LiveMove({
      ...{ redis, worker: "a", certificate: makeWorkerCertificate() },
      doors: { of: async () => undefined },
      otherwise: new CheckpointHandOver(redis),
      limits: { downtime: 5, mostRounds: 10 },
      bytesPerSecond: undefined,
    });
    const { run } = await begun();
    await new ActiveRuns().during(run, "", async (active) => {
      const moved = move.move(active, { to: "b", id: "m", ticket: "t" }, false);
      const { handOverSignal: asked } = active;
      if (!asked.aborted) await once(asked, "abort");
      active.hasEnded = comesToItsEnd;
      // It waits until the run has left.
      moved.catch(() => undefined);
    });
    for (;;) {
      const words = await redis.get(runKeys(run).move);
      if (words !== null) return moveReportSchema.parse(JSON.parse(words));
      await sleep(5);
    }
  }

  test("says that a run has gone by a checkpoint, and why", async () => {
    const report = await reportOf(false);
    expect(report).toMatchObject({ way: "checkpoint", outcome: "moved", why: "it has not begun" });
  });

  test("says of a run that came to its end meanwhile that it did, and of no move", async () => {
    const report = await reportOf(true);
    expect(report).toMatchObject({ way: "precopy", outcome: "ended" });
    expect(report.why).toBeUndefined();
  });
});

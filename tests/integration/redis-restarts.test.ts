import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, expect, test } from "vitest";
import type { ProcessPlan } from "../../services/cli/commands/serve-process.ts";
import { openRedisDoor, type StrikeTime, type TalkPoint } from "../support/redis-door.ts";
import { type RunOutcome, runOutcome } from "./run-outcome.ts";
import { startTestService } from "./test-service.ts";
import { undisturbedRun } from "./undisturbed-runs.ts";
import { workingGuest } from "./working-guest.ts";

/** All that is said about a submission on its way, from the hand-in to its job's end. */
const points: readonly TalkPoint[] = [
  { name: "the submission is recorded", says: /'state', 'queued', 'epoch', 0/ },
  { name: "its job is queued", says: /Adds a job to the queue/ },
  { name: "its job is taken", says: /Move next job to be processed to active/ },
  { name: "its run begins", says: /'HINCRBY', KEYS\[1\], 'runs', 1/ },
  { name: "its events are written", says: /'HSET', KEYS\[1\], 'written'/ },
  { name: "its lease is renewed", says: /Extend locks for multiple jobs/ },
  { name: "lost runs are looked for", says: /Move stalled jobs to wait/ },
  { name: "its next worker is named", says: /^set trapline:run:.*:place /i },
  { name: "its job goes back", says: /move job from active state to wait/ },
  { name: "its grade is written", says: /'state', 'graded', 'finishedAt'/ },
  { name: "its job ends", says: /Move job from active to a finished status/ },
];
const times: readonly StrikeTime[] = ["asked", "answered"];
/** In `npm test` those where most would be lost; in the long form all. */
const isLong = process.env.TRAPLINE_CHAOS_RUNS !== undefined;
const inShort = ["its run begins", "its job goes back", "its grade is written", "its job ends"];
const strikes = points.flatMap((point) =>
  isLong
    ? times.map((time) => ({ point, time }))
    : inShort.includes(point.name)
      ? [{ point, time: "answered" as const }]
      : [],
);
/** Points on the way of a run that is moved by a checkpoint. */
const onMove = ["its next worker is named", "its job goes back"];
const variables = { TRAPLINE_CHECKPOINT: "30000000" };
const guest = workingGuest(21);
/** Submissions under way at a time: fewer than workers, so that there is somewhere to move to. */
const open = 1;
let reference: RunOutcome;

beforeAll(async () => {
  reference = (await undisturbedRun(guest)).outcome;
});

/** Asks until it is answered. */
async function answered<Value>(ask: () => Promise<Value | undefined>): Promise<Value> {
  for (;;) {
    const value = await ask().catch(() => undefined);
    if (value !== undefined) return value;
    await sleep(50);
  }
}

test(
  "Redis that is killed at each named point, and comes back, changes no run",
  async () => {
    const door = await openRedisDoor(() => {
      const pid = service.service.redis?.pid;
      if (pid !== undefined) process.kill(pid, "SIGKILL");
    });
    /** Everybody but Redis itself goes through the door. */
    const throughDoor = (plan: ProcessPlan): ProcessPlan => {
      const { REDIS_URL } = plan.environment;
      if (REDIS_URL === undefined) return plan;
      const moved = door.urlOf(REDIS_URL);
      const [from, to] = [new URL(REDIS_URL).host, new URL(moved).host];
      return {
        ...plan,
        environment: { ...plan.environment, REDIS_URL: moved },
        words: plan.words.map((word) => word.replace(from, to)),
      };
    };
    const service = await startTestService(["node", "deno"], variables, { launch: throughDoor });
    try {
      const ids: string[] = [];
      let isOver = false;
      const isOpen = async (id: string) =>
        (await answered(() => service.api.submission(id))).finishedAt === undefined;
      const handIn = async () => {
        while (!isOver) {
          const states = await Promise.all(ids.slice(-2 * open).map(isOpen));
          if (states.filter(Boolean).length >= open) await sleep(100);
          else ids.push(await answered(() => service.submit("work", guest)));
        }
      };
      const moveOn = async () => {
        for (; !isOver; await sleep(300)) {
          if (!onMove.includes(door.next?.point.name ?? "")) continue;
          const moves = ids
            .slice(-open)
            .map((id) => service.api.migrate(id, undefined, "checkpoint"));
          await Promise.allSettled(moves);
        }
      };
      const struck = door.strikeAll(strikes);
      const busy = [handIn(), moveOn()];
      // A point that is never come to is one that this waits for until it is too late.
      await struck;
      isOver = true;
      await Promise.all(busy);
      let runs = 0;
      for (const id of ids) {
        const submission = await answered(async () => {
          const now = await service.api.submission(id);
          return now.finishedAt === undefined ? undefined : now;
        });
        const told = await answered(() => service.events(id));
        expect(runOutcome(submission, told), id).toEqual(reference);
        runs += submission.runs;
      }
      if (isLong) console.log(`${strikes.length} strikes, ${ids.length} submissions, ${runs} runs`);
    } finally {
      await service.stop();
      door.close();
    }
  },
  isLong ? 900_000 : undefined,
);

test("a run that was over when Redis comes back from an older file, in which it is not, is graded once more, the same", async () => {
  // It has to run while files are copied, however slow that is.
  const longGuest = workingGuest(60);
  const longReference = (await undisturbedRun(longGuest)).outcome;
  const service = await startTestService(["node", "deno"], variables);
  try {
    const redis = join(service.blobs, "..", "redis");
    const id = await service.submit("work", longGuest);
    await service.until(id, ({ progress }) => (progress?.instructions ?? 0) >= 100e6);
    cpSync(join(redis, "appendonlydir"), join(redis, "older"), { recursive: true });
    expect((await service.ended(id)).runs).toBe(1);
    const pid = service.service.redis?.pid ?? 0;
    process.kill(pid, "SIGKILL");
    rmSync(join(redis, "appendonlydir"), { recursive: true });
    cpSync(join(redis, "older"), join(redis, "appendonlydir"), { recursive: true });
    await answered(async () =>
      (await service.api.submission(id)).state === "running" ? 1 : undefined,
    );
    const submission = await answered(async () => {
      const now = await service.api.submission(id);
      return now.finishedAt === undefined ? undefined : now;
    });
    expect(runOutcome(submission, await service.events(id))).toEqual(longReference);
    expect(submission.runs).toBe(2);
    expect(service.news.join("\n")).toContain("Redis has lost what the store knows");
  } finally {
    await service.stop();
  }
});

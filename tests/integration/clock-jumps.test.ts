import { Redis } from "ioredis";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { gradingQueue } from "../../shared/protocol/grading-queue.ts";
import { type FakedClock, fakedClock } from "../support/faked-clock.ts";
import { type RunOutcome, runOutcome } from "./run-outcome.ts";
import { startTestService, type TestService } from "./test-service.ts";
import { undisturbedRun } from "./undisturbed-runs.ts";
import { workingGuest } from "./working-guest.ts";

const guest = workingGuest(80);
const day = 24 * 3600;

// Preloading is Linux' way.
describe.runIf(process.platform === "linux")("a wall clock that is set", () => {
  let reference: RunOutcome;
  let clocks: Record<string, FakedClock>;
  let service: TestService;

  beforeAll(async () => {
    reference = (await undisturbedRun(guest)).outcome;
  });

  beforeEach(async () => {
    const names = ["redis", "api", "worker-1", "worker-2"];
    clocks = Object.fromEntries(names.map((name) => [name, fakedClock()]));
    service = await startTestService(
      ["node", "deno"],
      { TRAPLINE_CHECKPOINT: "30000000" },
      { launch: (plan) => clocks[plan.name]?.within(plan) ?? plan },
    );
  });

  afterEach(async () => {
    await service?.stop();
    for (const clock of Object.values(clocks)) clock.remove();
  });

  const hasGoneOn = (id: string, instructions: number) =>
    service.until(id, ({ progress }) => (progress?.instructions ?? 0) >= instructions);
  const workerOf = async (id: string) => (await service.record(id)).worker ?? "";
  const kill = (wanted: string) => {
    const pid = service.service.workers.find(({ name }) => name === wanted)?.pid;
    if (pid !== undefined) process.kill(pid, "SIGKILL");
  };

  test("on a worker and on the API changes no run, and hides none that moves from the others", async () => {
    const id = await service.submit("work", guest);
    const events = service.events(id);
    await hasGoneOn(id, 100e6);
    const first = await workerOf(id);
    const second = first === "worker-1" ? "worker-2" : "worker-1";
    // The run is given back by a worker that lives tomorrow, and may offer it to itself first.
    clocks[first]?.set(day);
    clocks.api?.set(-day);
    await service.api.migrate(id, second, "checkpoint");
    await expect.poll(() => workerOf(id), { timeout: 30_000 }).toBe(second);
    await hasGoneOn(id, 200e6);
    // Behind, it does not renew its lease for as long: it may lose the run, and nothing else.
    clocks[second]?.set(-day);
    clocks[first]?.set(0);
    const submission = await service.ended(id);
    expect(runOutcome(submission, await events)).toEqual(reference);
  });

  test("on Redis ends leases at once, or not for a long time, and still no run is lost or graded twice", async () => {
    clocks.redis?.set(day);
    const redis = new Redis(service.service.redisUrl);
    const check = `${gradingQueue.prefix}:${gradingQueue.name}:stalled-check`;
    await expect.poll(() => redis.exists(check), { interval: 10, timeout: 10_000 }).toBe(1);
    redis.disconnect();
    const id = await service.submit("work", guest);
    const events = service.events(id);
    await hasGoneOn(id, 60e6);
    // The lease of the worker that dies now was given for two seconds, and would last for a day.
    clocks.redis?.set(0);
    kill(await workerOf(id));
    await service.until(id, ({ runs }) => runs === 2);
    await hasGoneOn(id, 150e6);
    // All that was given for some seconds has run out.
    clocks.redis?.set(day);
    const submission = await service.ended(id);
    expect(runOutcome(submission, await events)).toEqual(reference);
    expect(submission.runs).toBeGreaterThan(1);
  });
});

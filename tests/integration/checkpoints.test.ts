import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCommandLine } from "../../services/cli/command-line.ts";
import { rawGuest } from "./raw-guest.ts";
import { type RunOutcome, runOutcome, stepCounts } from "./run-outcome.ts";
import { sendSignal } from "./send-signal.ts";
import { startTestService, type TestService } from "./test-service.ts";
import { undisturbedRun } from "./undisturbed-runs.ts";
import { workingGuest } from "./working-guest.ts";

const guest = workingGuest(60);
/** For a run that goes on while commands are given: long enough for them on a quick machine, too. */
const longGuest = workingGuest(160);
// Without a way from worker to worker: what moves, moves by checkpoints.
const every = {
  TRAPLINE_CHECKPOINT: "50000000",
  TRAPLINE_GRACE: "10000",
  TRAPLINE_MIGRATION: "",
};

describe("a run with checkpoints", () => {
  let reference: RunOutcome | undefined;
  let longReference: RunOutcome | undefined;
  let counted: object;
  let service: TestService;

  beforeAll(async () => {
    const { outcome, ...others } = await undisturbedRun(guest);
    [reference, counted] = [outcome, others];
    longReference = (await undisturbedRun(longGuest)).outcome;
    service = await startTestService(["node", "deno"], every);
  });

  afterAll(() => service?.stop());

  /** Waits until the run has been somewhere behind what it has told so far. */
  const hasGoneOn = (id: string, instructions: number) =>
    service.until(id, ({ progress }) => (progress?.instructions ?? 0) >= instructions);
  const workerOf = async (id: string) => {
    const { worker } = await service.record(id);
    return service.service.workers.find(({ name }) => name === worker);
  };

  const command = async (...words: string[]) => {
    let text = "";
    const print = (more: string) => {
      text += more;
    };
    const terminal = { out: print, err: print };
    await runCommandLine([...words, "--api", service.api.base], terminal);
    return text;
  };

  test("is the undisturbed one", async () => {
    expect(reference).toMatchObject({ state: "graded", score: 7 });
    expect(reference?.stateHash).toMatch(/^[0-9a-f]{64}$/);
    const id = await service.submit("work", guest);
    const events = service.events(id);
    expect(runOutcome(await service.ended(id), await events)).toEqual(reference);
  });

  test("goes on from its last checkpoint, under Node and Deno, when its worker is killed again and again", async () => {
    const id = await service.submit("work", guest);
    const events = service.events(id);
    for (const instructions of [100e6, 300e6, 500e6]) {
      await hasGoneOn(id, instructions);
      sendSignal(await workerOf(id), "SIGKILL");
    }
    const submission = await service.ended(id);
    const told = await events;
    expect(runOutcome(submission, told)).toEqual(reference);
    const exits = await service.api.exits(id);
    const profile = await service.api.profile(id);
    expect({ counts: exits && stepCounts(exits), profile }).toEqual(counted);
    expect(exits?.stays).toHaveLength(4);
    expect(submission.runs).toBe(4);
    const resumed = told.flatMap((event) =>
      event.type === "resumed" ? [event.data.instructions] : [],
    );
    expect(resumed.length).toBe(3);
    expect(resumed[2]).toBeGreaterThanOrEqual(400e6);
  });

  test("goes on from its last checkpoint where there is no room for its machine twice", async () => {
    const outcomes: RunOutcome[] = [];
    for (const isKilled of [false, true]) {
      const id = await service.submit("roomy", workingGuest(30));
      const events = service.events(id);
      if (isKilled) {
        await hasGoneOn(id, 150e6);
        sendSignal(await workerOf(id), "SIGKILL");
      }
      const submission = await service.ended(id);
      outcomes.push(runOutcome(submission, await events));
      expect((await events).some(({ type }) => type === "resumed")).toBe(isKilled);
    }
    expect(outcomes[0]).toMatchObject({ state: "graded", score: 4 });
    expect(outcomes[1]).toEqual(outcomes[0]);
  });

  test("begins again, and tells nothing twice, when its checkpoints are damaged", async () => {
    const id = await service.submit("work", guest);
    const events = service.events(id);
    await hasGoneOn(id, 250e6);
    const worker = await workerOf(id);
    sendSignal(worker, "SIGKILL");
    const folder = join(service.blobs, "checkpoints");
    for (const name of await readdir(folder, { recursive: true })) {
      if (name.length > 60) await writeFile(join(folder, name), "nothing");
    }
    const submission = await service.ended(id);
    expect(runOutcome(submission, await events)).toEqual(reference);
    expect((await events).some(({ type }) => type === "resumed")).toBe(false);
  });

  test("moves from worker to worker by command, and by a worker's end, with nothing lost", async () => {
    const id = await service.submit("work", longGuest);
    const events = service.events(id);
    await hasGoneOn(id, 150e6);
    const [first, second] = (await workerOf(id))?.name === "worker-1" ? [1, 2] : [2, 1];
    const other = `worker-${second}`;
    expect(await command("runs")).toContain(id);
    expect(await command("migrate", id, "--to", other)).toBe(
      `${id} is on ${other} (epoch 2): by a checkpoint, because ${other} lets no runs in\n`,
    );
    await hasGoneOn(id, 350e6);
    // Workers say now and then what they have; a run goes to one that has said that it has room.
    const hasRoom = new RegExp(`^worker-${first} +\\S+ \\S+ +ready +0/1 `, "m");
    await expect.poll(() => command("workers"), { timeout: 10_000 }).toMatch(hasRoom);
    const table = await command("workers");
    expect(table).toMatch(new RegExp(`^${other} +\\S+ \\S+ +ready +1/1 `, "m"));
    expect(await command("drain", other)).toContain(`${id} goes to worker-${first}`);
    await hasGoneOn(id, 550e6);
    const ending = await workerOf(id);
    sendSignal(ending, "SIGTERM");
    expect(await ending?.ended).toBe("status 0");
    const submission = await service.ended(id);
    expect(runOutcome(submission, await events)).toEqual(longReference);
    expect(submission.runs).toBe(4);
    const resumed = (await events).filter(({ type }) => type === "resumed");
    expect(resumed.length).toBe(3);
  });

  test("is moved only to a worker that is there and can have it", async () => {
    const id = await service.submit("endless", rawGuest({ print: "ready\r\n", ending: "spin" }));
    await hasGoneOn(id, 1);
    const name = (await workerOf(id))?.name ?? "";
    const migrate = (to: string) =>
      service.api.migrate(id, to).catch((error: { hint: string }) => error.hint);
    await expect.poll(() => migrate(name)).toBe(`${name} has the run already.`);
    expect(await migrate("nobody")).toMatch(/^There is no worker nobody; there are: worker-/);
    await service.api.cancel(id);
    await expect.poll(() => migrate("worker-1")).toContain("No worker runs");
  });
});

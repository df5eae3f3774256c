import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFailed, test } from "vitest";
import { runCommandLine } from "../../services/cli/command-line.ts";
import type { RunEvent } from "../../shared/protocol/run-event.ts";
import { elfWithSymbols } from "../contracts/support/elf-with-symbols.ts";
import { assemble } from "../support/assembler.ts";
import { relayGuest } from "../support/relay-guest.ts";
import { runOutcome, stepCounts } from "./run-outcome.ts";
import { sendSignal } from "./send-signal.ts";
import { startTestService, type TestService } from "./test-service.ts";
import { type UndisturbedRun, undisturbedRun } from "./undisturbed-runs.ts";
import { workingGuest } from "./working-guest.ts";

const start = 0x8000_0000;
/** Long enough for three moves, also where other tests leave a command little of the processors. */
const rounds = 120;
const segments = [{ address: start, bytes: workingGuest(rounds) }];
const guest = elfWithSymbols(start, segments, { work: start });
const variables = {
  TRAPLINE_CHECKPOINT: "150000000",
  TRAPLINE_GRACE: "30000",
  TRAPLINE_LOCK: "15000",
};

describe("a run that moves while it runs", () => {
  let reference: UndisturbedRun;
  let service: TestService;

  beforeAll(async () => {
    reference = await undisturbedRun(guest);
    service = await startTestService(["node", "deno"], variables);
  });

  beforeEach(() => onTestFailed(() => console.log(service.news.join("\n"))));

  afterAll(() => service?.stop());

  const command = async (...words: string[]) => {
    let text = "";
    const print = (more: string) => {
      text += more;
    };
    await runCommandLine([...words, "--api", service.api.base], { out: print, err: print });
    return text;
  };
  const hasGoneOn = (id: string, instructions: number) =>
    service.until(id, ({ progress }) => (progress?.instructions ?? 0) >= instructions);
  const isReady = ({ state }: { readonly state: string }) => state === "ready";
  const places = async (id: string) => {
    while (!(await command("runs")).includes(id)) await sleep(20);
    const { worker = "" } = await service.record(id);
    return [worker, worker === "worker-1" ? "worker-2" : "worker-1"] as const;
  };
  const kinds = (events: readonly RunEvent[]) =>
    events
      .map(({ type }) => type)
      .filter((type) => !["console", "progress", "step"].includes(type));

  test("goes from Node to Deno and back, by pre-copy, post-copy and a drain, and is the undisturbed one", async () => {
    const id = await service.submit("work", guest);
    const events = service.events(id);
    await hasGoneOn(id, 50e6);
    const [first, second] = await places(id);
    expect(await command("migrate", id, "--to", second)).toMatch(
      new RegExp(
        `^${id} is on ${second} \\(epoch 2\\): live, by pre-copy, \\d+ rounds?, .* MB sent, `,
      ),
    );
    await hasGoneOn(id, 200e6);
    expect(await command("migrate", id, "--to", first, "--post-copy")).toMatch(
      /\(epoch 3\): live, by post-copy, \d rounds?, .*, stopped for \S+ ms, 5\d\d pages later, /,
    );
    await hasGoneOn(id, 300e6);
    // What SIGTERM does, too: the worker asks for places.
    const ending = service.service.workers.find(({ name }) => name === first);
    sendSignal(ending, "SIGTERM");
    expect(await ending?.ended).toBe("status 0");
    const submission = await service.ended(id);
    expect(runOutcome(submission, await events)).toEqual(reference.outcome);
    const exits = await service.api.exits(id);
    if (!exits) throw new Error("nobody knows of its exits");
    expect(stepCounts(exits)).toEqual(reference.counts);
    expect(await service.api.profile(id)).toBe(reference.profile);
    expect(reference.profile).toMatch(/^machine;work \d{3,}\n$/);
    expect(reference.counts.map(({ name }) => name)).toEqual(["Begins", "Works", "Ends", "Stops"]);
    const writes = exits.total.rows.find(({ category }) => category === "mmio.write");
    expect(writes?.parts).toContainEqual(
      expect.objectContaining({ name: "uart0", count: 2 * rounds + 6 }),
    );
    expect(exits).toMatchObject({ state: "ended", epoch: 4, worker: second });
    expect(exits.stays.map(({ worker }) => worker)).toEqual([first, second, first, second]);
    expect(exits.stays.at(-1)?.to).toBe(submission.result?.instructions);
    expect(exits.moves.map(({ way, to }) => [way, to])).toEqual([
      ["precopy", second],
      ["postcopy", first],
      ["precopy", second],
    ]);
    for (const { figures } of exits.moves)
      expect(figures?.passes).toHaveLength(figures?.rounds ?? 0);
    expect(exits.total.time.guest).toBeGreaterThan(0);
    expect(exits.total.time.paused).toBeGreaterThan(0);
    expect(submission.result?.elapsed).toBeGreaterThan(exits.total.time.guest / 1e6);
    expect(kinds(await events)).toEqual([
      "queued",
      "run",
      "migrated",
      "migrated",
      "migrated",
      "end",
    ]);
    expect(submission.runs).toBe(1);
    expect(submission.result).toMatchObject({ epoch: 4, worker: second });
  });

  test("takes both of its harts along", async () => {
    const relay = assemble(0x8000_0000, relayGuest(2, 5000));
    const outcomeOf = async (isMoved: boolean) => {
      // One of them was drained, and is started again.
      while ((await service.api.workers()).filter(isReady).length < 2) await sleep(50);
      const id = await service.submit("relay", relay);
      const events = service.events(id);
      await hasGoneOn(id, 20e6);
      const [, other] = await places(id);
      if (isMoved) {
        const told = await command("migrate", id, "--to", other, "--hybrid");
        expect(told).toContain("by pre-copy, then post-copy");
      }
      const outcome = runOutcome(await service.ended(id), await events);
      expect(kinds(await events).includes("migrated")).toBe(isMoved);
      return outcome;
    };
    const stayed = await outcomeOf(false);
    expect(stayed).toMatchObject({ state: "graded", score: 4 });
    expect(await outcomeOf(true)).toEqual(stayed);
  });
});

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ProcessPlan } from "../../services/cli/commands/serve-process.ts";
import type { RunEvent } from "../../shared/protocol/run-event.ts";
import { runOutcome } from "./run-outcome.ts";
import { startTestService, type TestService } from "./test-service.ts";
import { type UndisturbedRun, undisturbedRun } from "./undisturbed-runs.ts";
import { workingGuest } from "./working-guest.ts";

/** A host on which translated code fails. */
const defect = `${new URL("../support/trap-regions.ts", import.meta.url)}`;
const rounds = 12;
const guest = workingGuest(rounds);
/** Where `workingGuest` has the rounds that are left. */
const halfWay = `${defect}?register=18&least=${rounds / 2}`;
const checkpoints = 50_000_000;

/** Workers each of whose threads has the defect. */
function workersOn(host: string) {
  return (plan: ProcessPlan): ProcessPlan => {
    if (!plan.name.startsWith("worker")) return plan;
    return { ...plan, words: ["--import", host, ...plan.words] };
  };
}

/** Instructions from which the run has gone on, each time. */
const resumptions = (events: readonly RunEvent[]) =>
  events.flatMap((event) => (event.type === "resumed" ? [event.data.instructions] : []));

describe("a served run whose translated code fails", () => {
  let reference: UndisturbedRun;
  beforeAll(async () => {
    reference = await undisturbedRun(guest);
  });

  let service: TestService | undefined;
  afterAll(() => service?.stop());

  /** What becomes of a submission where each of the worker's threads has the defect. */
  async function runOn(host: string, variables: Readonly<Record<string, string>>) {
    await service?.stop();
    service = await startTestService(["node"], variables, { launch: workersOn(host) });
    const id = await service.submit("work", guest);
    const events = service.events(id);
    const submission = await service.ended(id);
    return { submission, events: await events, news: service.news };
  }

  test("is done again from its beginning without translation, and graded once, as it would have been", async () => {
    const { submission, events, news } = await runOn(defect, { TRAPLINE_CHECKPOINT: "0" });
    expect(runOutcome(submission, events)).toEqual(reference.outcome);
    expect(submission.result).toMatchObject({ withoutTranslation: true, epoch: 1 });
    expect(submission.runs).toBe(1);
    expect(events.some(({ type }) => type === "resumed")).toBe(false);
    expect(news.join("\n")).toContain("is done again without translation");
  });

  test("is done again from its last checkpoint where it has one, in the same process", async () => {
    const { submission, events } = await runOn(halfWay, {
      TRAPLINE_CHECKPOINT: `${checkpoints}`,
    });
    expect(runOutcome(submission, events)).toEqual(reference.outcome);
    expect(submission.result).toMatchObject({ withoutTranslation: true, epoch: 1 });
    const resumed = resumptions(events);
    expect(resumed).toHaveLength(1);
    expect(resumed[0]).toBeGreaterThanOrEqual(checkpoints);
  });
});

describe("a run that moves while it runs to such a host", () => {
  /** Enough of them before the defect shows for a move, also where other tests leave it little time. */
  const [before, after] = [80, 10];
  const guest = workingGuest(before + after);
  let service: TestService | undefined;
  afterAll(() => service?.stop());

  test("goes on from its last checkpoint by the queue, then without translation, and is graded once", async () => {
    const reference = await undisturbedRun(guest);
    const broken = `${defect}?register=18&least=${after}`;
    const checkpointEvery = { TRAPLINE_CHECKPOINT: `${checkpoints}` };
    const launch = workersOn(broken);
    service = await startTestService(["node", "node"], checkpointEvery, { launch });
    const id = await service.submit("work", guest);
    const told = service.events(id);
    await service.until(id, ({ progress }) => (progress?.instructions ?? 0) >= checkpoints);
    const { worker: first } = await service.record(id);
    const second = first === "worker-1" ? "worker-2" : "worker-1";
    await service.api.migrate(id, second);
    const submission = await service.ended(id);
    const events = await told;
    const types = events.map(({ type }) => type);
    expect(types.filter((type) => type === "migrated")).toHaveLength(1);
    expect(types.indexOf("interrupted")).toBeGreaterThan(types.indexOf("migrated"));
    expect(runOutcome(submission, events)).toEqual(reference.outcome);
    expect(submission.result).toMatchObject({ withoutTranslation: true });
    expect(submission.runs).toBe(2);
    // By the worker that the queue gave it to, and again there.
    const resumed = resumptions(events);
    expect(resumed).toHaveLength(2);
    for (const at of resumed) expect(at).toBeGreaterThanOrEqual(checkpoints);
    expect(service.news.join("\n")).toContain("is done again without translation");
  });
});

describe.each([
  ["node", ["--disable-warning=ExperimentalWarning", `--import=${defect}`]],
  ["deno", ["run", "-A", `--preload=${defect}`]],
])("trapline qemu on such a host, under %s", (program, words) => {
  const main = fileURLToPath(new URL("../../services/cli/main.ts", import.meta.url));
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "trapline-trap-"));
    writeFileSync(join(folder, "guest"), workingGuest(3));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const run = (...options: string[]) => {
    const machine = ["-machine", "virt", "-bios", "none", "-nographic"];
    const own = ["-kernel", join(folder, "guest"), "--kept-code", join(folder, "code"), ...options];
    const all = [...words, main, "qemu", ...machine, ...own];
    return spawnSync(program, all, { encoding: "utf8", timeout: 60_000, input: "" });
  };

  test("ends with a sentence that says what to do, which helps", () => {
    const failed = run();
    expect(failed.status).toBe(1);
    expect(failed.stderr).toContain(
      "translated code has failed on this host (RuntimeError: unreach",
    );
    expect(failed.stderr).toContain("-engine interpret");
    const kept = join(folder, "code");
    expect(existsSync(kept) ? readdirSync(kept) : []).toEqual([]);
    const helped = run("-engine", "interpret");
    expect(helped.status).toBe(0);
    expect(helped.stdout).toContain("end");
  });
});

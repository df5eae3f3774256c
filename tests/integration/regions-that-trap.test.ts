import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
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
    service = await startTestService(["node"], variables, {
      launch: (plan) => {
        if (!plan.name.startsWith("worker")) return plan;
        return { ...plan, words: ["--import", host, ...plan.words] };
      },
    });
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
    const resumed = events.flatMap((event) =>
      event.type === "resumed" ? [event.data.instructions] : [],
    );
    expect(resumed).toHaveLength(1);
    expect(resumed[0]).toBeGreaterThanOrEqual(checkpoints);
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

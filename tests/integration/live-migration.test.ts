import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCommandLine } from "../../services/cli/command-line.ts";
import { type RunOutcome, runOutcome, undisturbedOutcome } from "./run-outcome.ts";
import { startTestService, type TestService } from "./test-service.ts";
import { workingGuest } from "./working-guest.ts";

const guest = workingGuest(80);
const variables = { TRAPLINE_CHECKPOINT: "200000000", TRAPLINE_GRACE: "10000" };

describe("a run that moves while it runs", () => {
  let reference: RunOutcome;
  let service: TestService;

  beforeAll(async () => {
    reference = await undisturbedOutcome(guest);
    service = await startTestService(["node", "deno"], variables);
  });

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

  test("goes from Node to Deno and back, by pre-copy and by post-copy, and is the undisturbed one", async () => {
    const id = await service.submit("work", guest);
    const events = service.events(id);
    await hasGoneOn(id, 100e6);
    const { worker } = await service.record(id);
    const other = worker === "worker-1" ? "worker-2" : "worker-1";
    console.log(await command("migrate", id, "--to", other));
    await hasGoneOn(id, 300e6);
    console.log(await command("migrate", id, "--to", worker ?? "", "--post-copy"));
    const submission = await service.ended(id);
    console.log(service.news);
    expect(runOutcome(submission, await events)).toEqual(reference);
    expect(submission.runs).toBe(1);
  });
});

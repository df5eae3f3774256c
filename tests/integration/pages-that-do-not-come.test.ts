import { mkdir, rename, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CheckpointStore } from "../../shared/blob/checkpoints/checkpoint-store.ts";
import { DirectoryObjects } from "../../shared/blob/objects/directory-objects.ts";
import { packKey } from "../../shared/blob/pages/pack-format.ts";
import { PageStore } from "../../shared/blob/pages/page-store.ts";
import { decodeMachine, neededPages } from "../../workers/vmm/mod.ts";
import { type RunOutcome, runOutcome } from "./run-outcome.ts";
import { sendSignal } from "./send-signal.ts";
import { startTestService, type TestService } from "./test-service.ts";
import { undisturbedRun } from "./undisturbed-runs.ts";
import { workingGuest } from "./working-guest.ts";

/**
 * A run that goes on begins with a few pages, and the others follow (decision 65). Here they are there
 * when it begins, but for a pack that holds nothing else than pages which it does not begin with.
 */
const guest = workingGuest(60, 2560);
/** As many pages as a pack holds. */
const wholePack = 1024;
const variables = {
  TRAPLINE_CHECKPOINT: "50000000",
  TRAPLINE_GRACE: "10000",
  TRAPLINE_MIGRATION: "",
};

/** A file of the store that nobody needs who only begins with the last checkpoint of the run. */
async function laterPack(folder: string, run: string): Promise<string> {
  const image = await new CheckpointStore(new PageStore(new DirectoryObjects(folder))).open(
    "run",
    run,
  );
  if (!image) throw new Error(`${run} has no checkpoint`);
  const { first } = neededPages(decodeMachine(await image.readParts("section")).state);
  const packs = Map.groupBy(image.ramPages, (page) => image.ramPage(page)?.pack.name ?? "");
  const later = [...packs].find(
    ([, pages]) => pages.length === wholePack && !pages.some((page) => first.has(page)),
  );
  if (!later) throw new Error("each pack has something that is needed at once");
  return join(folder, packKey(later[0]));
}

describe("a run that goes on before its pages are there", () => {
  let reference: RunOutcome;
  let service: TestService;

  beforeAll(async () => {
    reference = (await undisturbedRun(guest)).outcome;
    service = await startTestService(["node", "deno"], variables);
  });

  afterAll(() => service?.stop());

  /** A run whose worker was killed, and the file that it lacks when another one goes on with it. */
  async function orphan() {
    const id = await service.submit("work", guest);
    const events = service.events(id);
    await service.until(id, ({ progress }) => (progress?.instructions ?? 0) >= 300e6);
    const { worker } = await service.record(id);
    sendSignal(
      service.service.workers.find(({ name }) => name === worker),
      "SIGKILL",
    );
    const file = await laterPack(service.blobs, id);
    const said = (words: string) =>
      service.news.filter((line) => line.includes(id) && line.includes(words)).length;
    return { id, events, file, said };
  }

  test("begins again where the store has lost some of them, and is graded once, as if nothing had been", async () => {
    const { id, events, file, said } = await orphan();
    await rm(file);
    expect(runOutcome(await service.ended(id), await events)).toEqual(reference);
    // It had begun to go on before: what it began with was there.
    const types = (await events).map(({ type }) => type);
    expect(types.filter((type) => type === "resumed")).toHaveLength(1);
    expect(said("begins again")).toBe(1);
  });

  test("is tried again from its checkpoint where the store does not give them, and is graded once, as if nothing had been", async () => {
    const { id, events, file, said } = await orphan();
    // Whoever reads it hears of an error of the host, and not that there is no such file.
    await rename(file, `${file}.aside`);
    await mkdir(file);
    await expect.poll(() => said("failed")).toBeGreaterThan(0);
    await rmdir(file);
    await rename(`${file}.aside`, file);
    const submission = await service.ended(id);
    expect(runOutcome(submission, await events)).toEqual(reference);
    const types = (await events).map(({ type }) => type);
    expect(types.filter((type) => type === "resumed").length).toBeGreaterThan(1);
    expect(said("begins again")).toBe(0);
    expect(submission.runs).toBeGreaterThan(2);
  });
});

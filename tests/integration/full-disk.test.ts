import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { verifyStore } from "../../shared/blob/collector/verify-store.ts";
import { DirectoryObjects } from "../../shared/blob/objects/directory-objects.ts";
import { mountNamespace, type SmallDisk, startSmallDisk } from "../support/small-disk.ts";
import { type RunOutcome, runOutcome } from "./run-outcome.ts";
import { savedInstructions } from "./saved-instructions.ts";
import { startTestService, type TestService } from "./test-service.ts";
import { undisturbedRun } from "./undisturbed-runs.ts";
import { workingGuest } from "./working-guest.ts";

/** Long enough for what is done to it, on a quick machine, too. */
const guest = workingGuest(100);
const variables = { TRAPLINE_CHECKPOINT: "20000000" };
/** Some of these are for the long form of the chaos, and where nothing else can be tried. */
const isLong = process.env.TRAPLINE_CHAOS_RUNS !== undefined;
let reference: RunOutcome;

beforeAll(async () => {
  reference = (await undisturbedRun(guest)).outcome;
});

const hasGoneOn = (service: TestService, id: string, instructions: number) =>
  service.until(id, ({ progress }) => (progress?.instructions ?? 0) >= instructions);
const killWorkerOf = async (service: TestService, id: string) => {
  const { worker } = await service.record(id);
  const pid = service.service.workers.find(({ name }) => name === worker)?.pid;
  if (pid !== undefined) process.kill(pid, "SIGKILL");
};

describe.runIf(mountNamespace !== undefined)("on a disk of a few MiB", () => {
  let folder: string;
  let disk: SmallDisk;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "trapline-full-"));
    disk = await startSmallDisk(join(folder, "disk"), 128);
  });

  afterAll(async () => {
    await disk?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test("a store that is full refuses writes with the host's error, keeps what it has, and goes on when there is room", async () => {
    const store = new DirectoryObjects(join(disk.here, "objects"));
    await store.write("packs/a", new Uint8Array(9000).fill(1));
    const version = await store.movePointer("roots/run/r", Uint8Array.of(1), undefined);
    disk.fill();
    const full = { code: "ENOSPC" };
    await expect(store.write("packs/b", new Uint8Array(9000))).rejects.toMatchObject(full);
    await expect(store.movePointer("roots/run/r", Uint8Array.of(2), version)).rejects.toMatchObject(
      full,
    );
    expect(await store.find("packs/b")).toBeUndefined();
    expect(await store.read("packs/a")).toEqual(new Uint8Array(9000).fill(1));
    expect(await store.readPointer("roots/run/r")).toMatchObject({ version });
    expect(await readdir(join(store.place, "incoming"))).toEqual([]);
    disk.free();
    await store.write("packs/b", new Uint8Array(9000));
    expect(await store.movePointer("roots/run/r", Uint8Array.of(2), version)).toBe("2");
  });

  test("a run whose store is full goes on, from the last checkpoint when its worker dies, and is saved again when there is room", async () => {
    const service = await startTestService(["node", "deno"], variables, {
      store: disk.path,
      launch: (plan) => (plan.name === "redis" ? plan : disk.within(plan)),
    });
    const objects = new DirectoryObjects(disk.here);
    let filling: NodeJS.Timeout | undefined;
    const saved = (id: string) => savedInstructions(disk.here, id);
    try {
      const id = await service.submit("work", guest);
      const events = service.events(id);
      await expect.poll(() => saved(id), { timeout: 60_000 }).toBeGreaterThan(60e6);
      // Again and again: what could not be written is removed, which makes room.
      filling = setInterval(() => disk.fill(), 20);
      const refused = () =>
        service.news.filter((line) => /no checkpoint: ENOSPC/.test(line)).length;
      // The second one was begun when there was no room any more.
      await expect.poll(refused, { timeout: 60_000 }).toBeGreaterThan(1);
      const last = await saved(id);
      await expect(service.submit("work", guest)).rejects.toMatchObject({
        message: "the store is full",
      });
      await killWorkerOf(service, id);
      await service.until(id, ({ runs }) => runs === 2);
      await hasGoneOn(service, id, last + 30e6);
      expect(await saved(id)).toBe(last);
      clearInterval(filling);
      disk.free();
      await expect.poll(() => saved(id), { timeout: 60_000 }).toBeGreaterThan(last);
      const later = await saved(id);
      await killWorkerOf(service, id);
      const submission = await service.ended(id);
      const told = await events;
      expect(runOutcome(submission, told)).toEqual(reference);
      const resumed = told.flatMap((event) =>
        event.type === "resumed" ? [event.data.instructions] : [],
      );
      expect(resumed[0]).toBe(last);
      expect(resumed[1]).toBeGreaterThanOrEqual(later);
      for await (const { fault } of verifyStore(objects, Date.now())) {
        expect(fault).toBeUndefined();
      }
    } finally {
      clearInterval(filling);
      disk.free();
      await service.stop();
    }
  });

  test.runIf(isLong)(
    "a Redis whose disk is full loses no run: what cannot be written is tried again",
    async () => {
      const home = mkdtempSync(join(folder, "service-"));
      const own = await startSmallDisk(join(home, "data", "redis"), 8);
      const service = await startTestService(["node", "deno"], variables, {
        folder: home,
        launch: (plan) => (plan.name === "redis" ? own.within(plan) : plan),
      });
      try {
        const id = await service.submit("work", guest);
        const events = service.events(id);
        await hasGoneOn(service, id, 60e6);
        own.fill();
        const refused = () => service.submit("work", guest).then(() => "", String);
        await expect.poll(refused, { timeout: 60_000 }).toContain("does not answer");
        own.free();
        await expect.poll(refused, { timeout: 60_000 }).toBe("");
        expect(runOutcome(await service.ended(id), await events)).toEqual(reference);
      } finally {
        await service.stop();
        await own.stop();
      }
    },
  );
});

test.runIf(mountNamespace === undefined)("no small disk can be mounted on this host", () => {
  expect(spawnSync("unshare", ["--user", "--map-root-user", "--mount", "true"]).status).not.toBe(0);
});

const isOnly = isLong || mountNamespace === undefined;

test.runIf(isOnly)(
  "a store that the host lets no worker write to costs a run its checkpoints, and nothing else",
  async () => {
    const service = await startTestService(["node", "deno"], variables, {
      launch: (plan) => ({
        ...plan,
        command: "sh",
        // Else the first write beyond the limit ends the process instead of failing.
        words: ["-c", 'trap "" XFSZ; exec "$@"', "sh", plan.command, ...plan.words],
      }),
    });
    try {
      for (const { pid } of service.service.workers) refuseWrites(pid);
      const id = await service.submit("work", guest);
      const events = service.events(id);
      await hasGoneOn(service, id, 60e6);
      await killWorkerOf(service, id);
      const submission = await service.ended(id);
      expect(runOutcome(submission, await events)).toEqual(reference);
      expect(submission.runs).toBe(2);
      expect(service.news.some((line) => /no checkpoint: E(FBIG|NOSPC)/.test(line))).toBe(true);
    } finally {
      await service.stop();
    }
  },
);

/** From now on each write of a process that would make a file longer fails, as for any user. */
function refuseWrites(pid: number): void {
  const { status, stderr } = spawnSync("prlimit", [`--pid=${pid}`, "--fsize=0:"], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
}

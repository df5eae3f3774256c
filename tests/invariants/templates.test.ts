import { readFileSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import { CheckpointStore } from "../../shared/blob/checkpoints/checkpoint-store.ts";
import { PageStore } from "../../shared/blob/pages/page-store.ts";
import { compiler } from "../../workers/host/compiler.ts";
import { RunCheckpoints } from "../../workers/runtime/checkpoint/run-checkpoints.ts";
import { type GuestRun, HandedOver, runGuest } from "../../workers/runtime/run-guest.ts";
import { WorkerTemplates } from "../../workers/runtime/templates/worker-templates.ts";
import { PcpuPool } from "../../workers/runtime/thread/pcpu-pool.ts";
import { spawnNodeThread } from "../../workers/runtime/thread/spawn-node-thread.ts";
import type { ThreadStart } from "../../workers/runtime/thread/thread-protocol.ts";
import type { ConsoleStep, EngineName, MachineConfig } from "../../workers/vmm/mod.ts";
import { elfPath, sectorDisk } from "../guests/guests.ts";
import { emptyContent, MemoryObjects } from "../support/memory-objects.ts";

const kernel = readFileSync(elfPath("virtio-blk"));
const steps: ConsoleStep[] = [
  { kind: "expect", pattern: "disk: \\d+ sectors", within: 10_000_000 },
  { kind: "expect", pattern: "read: .*", within: 10_000_000 },
  { kind: "send", text: "nobody reads this\n" },
  { kind: "exit-code", code: 0, within: 100_000_000 },
];
const key = "ab".repeat(32);

const pools: PcpuPool[] = [];
afterEach(() => Promise.all(pools.splice(0).map((pool) => pool.close())));

/** A worker of one thread, which has lost all that the ones before have had in memory. */
function worker(content = emptyContent(), threads = 1) {
  const memoryBytes = 512 * 2 ** 20;
  const kill: (() => void)[] = [];
  const spawn: typeof spawnNodeThread = (events) => {
    kill.push(() => events.onDeath("it was killed"));
    return spawnNodeThread(events);
  };
  const pool = new PcpuPool({ compiler, spawn, threads, memoryBytes });
  pools.push(pool);
  const store = new CheckpointStore(new PageStore(new MemoryObjects(content)));
  const told: string[] = [];
  const templates = new WorkerTemplates(store, (line) => told.push(line));
  return { pool, store, templates, told, kill };
}

/** What a student hands in: the disk, whose first sector the guest repeats. */
function handedIn(student: number): Uint8Array {
  const disk = Buffer.from(sectorDisk());
  disk.write(`student ${student}\n`);
  return disk;
}

interface Options {
  readonly engine?: EngineName;
  readonly harts?: number;
  readonly pauseBefore?: number;
  readonly steps?: readonly ConsoleStep[];
  readonly part?: Partial<GuestRun>;
  readonly start?: Partial<ThreadStart>;
}

/** Runs a student's submission, with the template or without. */
async function grade(
  { pool, templates }: ReturnType<typeof worker>,
  student: number,
  isTemplated: boolean,
  { engine = "translate", harts = 1, pauseBefore = 1, part, start, ...options }: Options = {},
) {
  const config: MachineConfig = {
    ...{ ramBytes: 16 * 2 ** 20, harts, boot: { firmware: "none" }, time: "virtual", engine },
    seed: 1,
    virtio: [{ kind: "block", slot: 0, disk: "disk", readOnly: false }],
  };
  const printed: Uint8Array[] = [];
  const others: string[] = [];
  const { fromTemplate, ...report } = await runGuest(pool, {
    start: {
      config,
      disks: [{ name: "disk", bytes: handedIn(student) }],
      steps: options.steps ?? steps,
      limits: { instructions: 1e9, memoryBytes: 2 ** 24, outputBytes: 65_536, wallClock: 60_000 },
      lacksImages: true,
      ...(isTemplated && { template: { key, pauseBefore, handedIn: ["disk"] } }),
      ...start,
    },
    images: async () => ({ kernel: Uint8Array.from(kernel) }),
    templates: templates.of("test"),
    signal: new AbortController().signal,
    onMessage: (message) => {
      if (message.type === "console") printed.push(message.bytes);
      if (message.type !== "template-unusable") return;
      others.push(message.type);
      templates.refuse(message.key, message.reason);
    },
    ...part,
  });
  if (fromTemplate !== undefined) others.push("from-template");
  return { report, console: Buffer.concat(printed).toString("latin1"), others };
}

/** What the worker stores in the background. */
async function stored({ told }: ReturnType<typeof worker>): Promise<void> {
  await expect.poll(() => told.join("\n")).toContain("is stored");
}

describe("a run that begins as a copy of its template", () => {
  test.each(["interpret", "trap-and-emulate", "translate"] as const)(
    "is the run that was booted: state, exits, steps and console (%s)",
    async (engine) => {
      const content = emptyContent();
      const first = worker(content);
      const booted = [1, 2, 3].map((student) => grade(first, student, false, { engine }));
      const [one, two, three] = await Promise.all(booted);
      expect(one?.report).toMatchObject({ end: { kind: "completed" } });
      expect(one?.report.stateHash).toMatch(/^[0-9a-f]{64}$/);
      expect(one?.console).toContain("read: student 1");
      // Who makes it goes on as if it had not; the other waits for it and is a copy.
      const runs = [grade(first, 1, true, { engine }), grade(first, 2, true, { engine })];
      const [made, waited] = await Promise.all(runs);
      expect(made).toEqual({ ...one, others: made?.others });
      expect(waited).toEqual({ ...two, others: waited?.others });
      expect([made?.others, waited?.others].flat()).toEqual(["from-template"]);
      await stored(first);
      // Another worker finds it in the store.
      const second = worker(content);
      const found = await grade(second, 3, true, { engine });
      expect(found).toEqual({ ...three, others: ["from-template"] });
      const again = await grade(second, 1, true, { engine });
      expect(again).toEqual({ ...one, others: ["from-template"] });
    },
  );

  test("is the booted one with two harts, too", async () => {
    const one = worker();
    const booted = await grade(one, 4, false, { harts: 2 });
    expect(booted.report.end.kind).toBe("completed");
    await grade(one, 5, true, { harts: 2 });
    const cloned = await grade(one, 4, true, { harts: 2 });
    expect(cloned).toEqual({ ...booted, others: ["from-template"] });
  });

  test("is saved as what it has changed, and goes on from there on another worker", async () => {
    const content = emptyContent();
    const first = worker(content);
    const booted = await grade(first, 6, false);
    await grade(first, 7, true);
    await stored(first);
    const claim = { name: "run-6", epoch: 1 };
    const kept = new RunCheckpoints(first.store, claim);
    const leave = new AbortController();
    const sizes: number[] = [];
    const part: Partial<GuestRun> = {
      handOver: leave.signal,
      onCheckpoint: (checkpoint) => {
        sizes.push(checkpoint.isWhole ? -1 : checkpoint.pages.length);
        leave.abort();
        return kept.publish(checkpoint, key);
      },
    };
    const start = { checkpointEvery: 20_000 };
    await expect(grade(first, 6, true, { part, start })).rejects.toThrow(HandedOver);
    expect(sizes.length).toBeGreaterThan(1);
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(0);
    const { roots } = first.store;
    const image = await first.store.open("run", "run-6");
    const template = await roots.read("template", key);
    expect(image?.header.base).toBe(template?.root.checkpoint);

    const second = worker(content);
    const saved = await new RunCheckpoints(second.store, { ...claim, epoch: 2 }).takeOver();
    const resumed = await grade(second, 6, true, {
      start: { ...(saved && { resume: saved.run }) },
      part: { ...(saved && { later: saved.later }) },
    });
    expect(resumed.report).toEqual(booted.report);
    expect(resumed.others).toEqual(["from-template"]);
  });

  test("is saved whole where its template is not in the store", async () => {
    const one = worker();
    const nothing = async () => undefined;
    const lost = { find: nothing, page: nothing, keep: nothing };
    const kept = new RunCheckpoints(one.store, { name: "run-8", epoch: 1 });
    const wholes: boolean[] = [];
    const part: Partial<GuestRun> = {
      templates: lost,
      onCheckpoint: async (checkpoint) => {
        const isKept = await kept.publish(checkpoint, key);
        if (isKept) wholes.push(checkpoint.isWhole);
        return isKept;
      },
    };
    const booted = await grade(one, 8, false);
    await grade(one, 9, true, { part });
    const cloned = await grade(one, 8, true, { part, start: { checkpointEvery: 20_000 } });
    expect(cloned).toEqual({ ...booted, others: ["from-template"] });
    expect(wholes[0]).toBe(true);
    expect(wholes).toContain(false);
  });
});

describe("a worker of several threads", () => {
  test("makes a template once, and all of them have its frames", async () => {
    const alone = worker();
    const booted = await Promise.all([1, 2].map((student) => grade(alone, student, false)));
    await grade(alone, 3, true);
    const { frames } = alone.pool.memoryInUse;
    const two = worker(emptyContent(), 2);
    const runs = await Promise.all([1, 2].map((student) => grade(two, student, true)));
    expect(runs.flatMap(({ others }) => others)).toEqual(["from-template"]);
    expect(runs.map((run) => ({ ...run, others: [] }))).toEqual(booted);
    expect(two.pool.loads).toEqual([0, 0]);
    // Each has a page of the ROM, or one that it was given when it was made, of its own.
    expect(two.pool.memoryInUse.frames).toBeLessThan(frames * 1.5);
    // The others keep what they have when the one that has made it is gone.
    two.kill[0]?.();
    const again = await Promise.all([1, 2].map((student) => grade(two, student, true)));
    expect(again).toEqual(booted.map((run) => ({ ...run, others: ["from-template"] })));
  });

  test("loses no other run with the thread that lends it, in the middle of that", async () => {
    const alone = worker();
    const booted = await Promise.all([1, 2, 3].map((student) => grade(alone, student, false)));
    const three = worker(emptyContent(), 3);
    let mayDie = true;
    const kill = () => {
      if (mayDie) three.kill[0]?.();
      mayDie = false;
    };
    const part: Partial<GuestRun> = {
      onMessage: (message) => {
        if (message.type === "from-template") kill();
      },
    };
    const all = [1, 2, 3].map((student) => grade(three, student, true, { part }));
    const runs = await Promise.allSettled(all);
    for (const [index, run] of runs.entries()) {
      if (run.status === "rejected") expect(String(run.reason)).toContain("it was killed");
      else expect(run.value.report).toEqual(booted[index]?.report);
    }
    expect(runs.filter(({ status }) => status === "fulfilled").length).toBeGreaterThanOrEqual(2);
    const after = await Promise.all([1, 2, 3].map((student) => grade(three, student, true)));
    expect(after.map(({ report }) => report)).toEqual(booted.map(({ report }) => report));
  });
});

describe("a copy whose pages are still on their way", () => {
  test("is the booted run: it asks for those that it needs, and waits for the others at its end", async () => {
    const content = emptyContent();
    const first = worker(content);
    const booted = await grade(first, 1, false);
    await grade(first, 2, true);
    await stored(first);
    const second = worker(content);
    const keeper = second.templates.of("test");
    const asked: number[] = [];
    const { promise: hasAsked, resolve } = Promise.withResolvers<void>();
    const part: Partial<GuestRun> = {
      templates: {
        keep: keeper.keep,
        find: async (name) => {
          const found = await keeper.find(name);
          const rest = async function* () {
            await hasAsked;
            yield* found?.rest ?? [];
          };
          return found && { saved: found.saved, rest: rest() };
        },
        page: (name, page) => {
          asked.push(page);
          setTimeout(resolve, 200);
          return keeper.page(name, page);
        },
      },
    };
    const start = { checkpointEvery: 20_000 };
    const runs = [1, 1].map((student) => grade(second, student, true, { part, start }));
    for (const copy of await Promise.all(runs)) {
      expect(copy).toEqual({ ...booted, others: ["from-template"] });
    }
    expect(asked.length).toBeGreaterThan(0);
    expect(new Set(asked).size).toBe(asked.length);
  });

  test("begins again where they do not come, and others boot", async () => {
    const content = emptyContent();
    const first = worker(content);
    const booted = await grade(first, 1, true);
    await stored(first);
    const second = worker(content);
    const keeper = second.templates.of("test");
    const { promise: hasAsked, resolve } = Promise.withResolvers<void>();
    const part: Partial<GuestRun> = {
      templates: {
        keep: keeper.keep,
        find: async (name) => {
          const found = await keeper.find(name);
          const rest = async function* () {
            await hasAsked;
            yield undefined;
          };
          return found && { saved: found.saved, rest: rest() };
        },
        page: async () => {
          resolve();
          return undefined;
        },
      },
    };
    const lost = grade(second, 1, true, { part });
    await expect(lost).rejects.toThrow("does not come");
    expect(await grade(second, 1, true)).toEqual(booted);
  });
});

describe("a template", () => {
  test("is not made where the boot has touched what is handed in, and runs are as without it", async () => {
    const one = worker();
    const booted = await grade(one, 1, false);
    const made = await grade(one, 1, true, { pauseBefore: 2 });
    expect(made).toEqual({ ...booted, others: ["template-unusable"] });
    expect(one.told.join()).toContain("disk disk, which is handed in, is read or written");
    expect(await grade(one, 1, true, { pauseBefore: 2 })).toEqual({ ...booted, others: [] });
    expect(await one.store.open("template", key)).toBeUndefined();
  });

  test("that is damaged in the store is made again, and takes its place", async () => {
    const content = emptyContent();
    const first = worker(content);
    const booted = await grade(first, 1, true);
    await stored(first);
    for (const [name, object] of content.objects) {
      if (name.startsWith("packs/")) object.bytes = object.bytes.map((byte) => byte ^ 1);
    }
    const second = worker(content);
    expect(await grade(second, 1, true)).toEqual(booted);
    expect(second.told.join()).toContain("cannot be used, so machines are booted");
    await stored(second);
    expect((await grade(second, 1, true)).others).toEqual(["from-template"]);
  });

  test("may be made by several workers at once", async () => {
    const content = emptyContent();
    const workers = [worker(content), worker(content), worker(content)];
    const runs = await Promise.all(workers.map((one) => grade(one, 1, true)));
    for (const { report, console } of runs) {
      expect({ report, console }).toEqual({ report: runs[0]?.report, console: runs[0]?.console });
    }
    await expect.poll(() => workers[0]?.store.open("template", key)).toBeDefined();
    expect((await grade(worker(content), 1, true)).others).toEqual(["from-template"]);
  });

  test("is not made of a boot that fails, and each run fails as it would", async () => {
    const one = worker();
    const never: ConsoleStep = { kind: "expect", pattern: "never", within: 1000 };
    const failing = { steps: [never, ...steps], pauseBefore: 1 };
    const booted = await grade(one, 1, false, failing);
    expect(booted.report.end.kind).toBe("step-failed");
    const runs = [grade(one, 1, true, failing), grade(one, 1, true, failing)];
    expect(await Promise.all(runs)).toEqual([booted, booted]);
  });
});

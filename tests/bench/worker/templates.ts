import { createReadStream, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { ensureLinuxImage } from "../../../deploy/images/linux/ensure-linux-image.ts";
import { CheckpointStore } from "../../../shared/blob/checkpoints/checkpoint-store.ts";
import { survey } from "../../../shared/blob/collector/survey.ts";
import { ObjectBlobs } from "../../../shared/blob/object-blobs.ts";
import { DirectoryObjects } from "../../../shared/blob/objects/directory-objects.ts";
import { PageStore } from "../../../shared/blob/pages/page-store.ts";
import type { GradingJob } from "../../../shared/protocol/grading-job.ts";
import { parseAssignment } from "../../../shared/schema/parse-assignment.ts";
import { MemoryBlock } from "../../../workers/host/block-memory.ts";
import { compiler } from "../../../workers/host/compiler.ts";
import { readSavedRun } from "../../../workers/runtime/checkpoint/read-saved-run.ts";
import { RunCheckpoints } from "../../../workers/runtime/checkpoint/run-checkpoints.ts";
import { prepareRun } from "../../../workers/runtime/prepare-run.ts";
import { runGuest } from "../../../workers/runtime/run-guest.ts";
import { WorkerTemplates } from "../../../workers/runtime/templates/worker-templates.ts";
import { machineOfSaved } from "../../../workers/runtime/thread/machine-of-saved.ts";
import { Monitor } from "../../../workers/vmm/mod.ts";
import { openPool } from "./pool-guest.ts";
import { residentMebibytes } from "./resident-mebibytes.ts";

export interface Templates {
  /** Processor time, of all threads, from the job to the first instruction behind the template's step. */
  readonly booted: number;
  readonly cloned: number;
  /** The same on a worker that has nothing of it, from a directory. */
  readonly stored: number;
  /** And for the whole run. */
  readonly bootedRun: number;
  readonly clonedRun: number;
  /** Of a clone alone, before its first instruction: processor time, resident memory of the process. */
  readonly fork: number;
  readonly forkKibibytes: number;
  /** Clones that each have a checkpoint, the pages that these name, those that are stored. */
  readonly runs: number;
  readonly namedPages: number;
  readonly storedPages: number;
  readonly storedMebibytes: number;
}

const assignmentFile = new URL("../../../assignments/count-words/assignment.yaml", import.meta.url);
const script = "tr -s ' ' '\\n' | grep . | sort | uniq -c | sort -rn\n";
const runs = 20;
const rounds = 5;
/** So that each clone has one, late in its run. */
const every = 20_000_000;
const forks = 10;

type Pool = Awaited<ReturnType<typeof openPool>>["pool"];

/** Runs of `count-words` on one thread: booted, as clones, and as clones of what is in a store. */
export async function templates(): Promise<Templates> {
  const folder = await mkdtemp(join(tmpdir(), "trapline-bench-"));
  const objects = new DirectoryObjects(join(folder, "blobs"));
  const blobs = new ObjectBlobs(objects);
  const store = new CheckpointStore(new PageStore(objects));
  let told = "";
  const keeper = new WorkerTemplates(store, (line) => {
    told += line;
  }).of("count-words");
  const image = ensureLinuxImage();
  const text = (content: string) => blobs.put([new TextEncoder().encode(content)]);
  const assignment = parseAssignment(readFileSync(assignmentFile, "utf8"), "assignment.yaml");
  const job: GradingJob = {
    submission: `s-${"a".repeat(16)}`,
    assignment: (await text(JSON.stringify(assignment))).hash,
    images: {
      kernel: (await blobs.put(createReadStream(image.kernel))).hash,
      initrd: (await blobs.put(createReadStream(image.initrd))).hash,
      disks: { script: (await text(script)).hash },
    },
  };

  /** @param name of a run that is to have checkpoints */
  const grade = async (pool: Pool, isTemplated: boolean, name?: string) => {
    const began = process.cpuUsage();
    const since = () => {
      const { user, system } = process.cpuUsage(began);
      return (user + system) / 1000;
    };
    const kept = name === undefined ? undefined : new RunCheckpoints(store, { name, epoch: 1 });
    const { start, images } = await prepareRun(job, blobs, true);
    const { template, ...booted } = start;
    const pauseBefore = template?.pauseBefore ?? 0;
    let milliseconds = 0;
    const report = await runGuest(pool, {
      start: {
        ...booted,
        ...(isTemplated && template && { template }),
        ...(kept && { checkpointEvery: every }),
      },
      images,
      templates: keeper,
      signal: new AbortController().signal,
      onCheckpoint: async (checkpoint) => (await kept?.publish(checkpoint, template?.key)) ?? false,
      onMessage: (message) => {
        const isThere =
          message.type === "from-template" ||
          (message.type === "step" && message.index === pauseBefore - 1);
        if (isThere && milliseconds === 0) {
          milliseconds = since();
        }
      },
    });
    if (report.end.kind !== "completed") throw new Error(JSON.stringify(report));
    return { milliseconds, run: since(), report };
  };

  try {
    const first = await openPool(1);
    const booted = await grade(first.pool, false);
    await grade(first.pool, true);
    while (!told.includes("is stored")) await new Promise((resolve) => setTimeout(resolve, 20));
    const clones: Awaited<ReturnType<typeof grade>>[] = [];
    for (let round = 0; round < rounds; round++) clones.push(await grade(first.pool, true));
    const before = await pagesOf();
    for (let run = 0; run < runs; run++) await grade(first.pool, true, `run-${run}`);
    const after = await pagesOf();
    await first.close();

    const second = await openPool(1);
    const stored = await grade(second.pool, true);
    await second.close();
    if (stored.report.stateHash !== booted.report.stateHash) throw new Error("the runs differ");

    let namedPages = 0;
    for (let run = 0; run < runs; run++) {
      namedPages += (await store.open("run", `run-${run}`))?.ramPages.length ?? 0;
    }
    const middle = (of: (clone: (typeof clones)[number]) => number) =>
      clones.map(of).sort((a, b) => a - b)[rounds >> 1] ?? 0;
    return {
      booted: booted.milliseconds,
      cloned: middle(({ milliseconds }) => milliseconds),
      stored: stored.milliseconds,
      bootedRun: booted.run,
      clonedRun: middle(({ run }) => run),
      ...(await forkFigures(store)),
      ...{ runs, namedPages },
      storedPages: after.pages,
      storedMebibytes: (after.bytes - before.bytes) / 2 ** 20,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }

  async function pagesOf() {
    const { packPages, bytes } = await survey(objects, false);
    const sum = (numbers: Iterable<number>) => [...numbers].reduce((a, b) => a + b, 0);
    return { pages: sum(packPages.values()), bytes: sum(bytes.values()) };
  }
}

/** Clones of the stored template in this thread, none of which runs. */
async function forkFigures(store: CheckpointStore) {
  let image: Awaited<ReturnType<CheckpointStore["open"]>>;
  for await (const { root } of store.roots.list("template")) {
    image = await store.open("template", root.name);
  }
  if (!image) throw new Error("the template is not stored");
  const saved = await readSavedRun(image);
  const { machine, ram } = machineOfSaved(saved);
  const disk = new MemoryBlock(new Uint8Array(65_536));
  const resources = { console: { write: () => undefined }, disks: new Map([["script", disk]]) };
  const monitor = Monitor.create({ compiler });
  const origin = monitor.restoreMachine(machine, ram, resources);
  for await (const { page, bytes } of image.read([...saved.absent])) {
    origin.ram.supply(page, bytes);
  }
  // The first one has V8 optimise what makes it.
  origin.fork(resources).dispose();
  const before = await residentMebibytes();
  const began = process.cpuUsage();
  const clones = Array.from({ length: forks }, () => origin.fork(resources));
  const { user, system } = process.cpuUsage(began);
  const taken = (await residentMebibytes()) - before;
  for (const clone of clones) clone.dispose();
  return { fork: (user + system) / 1000 / forks, forkKibibytes: (taken * 1024) / forks };
}

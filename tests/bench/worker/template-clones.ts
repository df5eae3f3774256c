import { MemoryBlock } from "../../../workers/host/block-memory.ts";
import { compiler } from "../../../workers/host/compiler.ts";
import { readSavedRun } from "../../../workers/runtime/checkpoint/read-saved-run.ts";
import { machineOfSaved } from "../../../workers/runtime/thread/machine-of-saved.ts";
import { Monitor } from "../../../workers/vmm/mod.ts";
import { residentMebibytes } from "./resident-mebibytes.ts";
import { TemplateRuns } from "./template-runs.ts";

/** Of a clone alone, before its first instruction. */
export interface TemplateClones {
  /** Milliseconds of processor time. */
  readonly fork: number;
  /** Resident memory of the process. */
  readonly forkKibibytes: number;
}

const forks = 10;

/** Clones of the template that is stored in the folder, in this thread; none of them runs. */
export async function templateClones(folder: string): Promise<TemplateClones> {
  const { store } = new TemplateRuns(folder);
  let image: Awaited<ReturnType<typeof store.open>>;
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

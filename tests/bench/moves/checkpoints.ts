import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { CheckpointStore } from "../../../shared/blob/checkpoints/checkpoint-store.ts";
import { DirectoryObjects } from "../../../shared/blob/objects/directory-objects.ts";
import { PageStore } from "../../../shared/blob/pages/page-store.ts";
import { compiler } from "../../../workers/host/compiler.ts";
import { captureMachine } from "../../../workers/runtime/checkpoint/machine-content.ts";
import { machineOf } from "../../../workers/runtime/checkpoint/machine-of.ts";
import { GuestCheckpoints } from "../../../workers/runtime/thread/guest-checkpoints.ts";
import { type Machine, Monitor } from "../../../workers/vmm/mod.ts";
import { median } from "../samples.ts";
import { residentMebibytes } from "../worker/resident-mebibytes.ts";
import { LoadedLinux } from "./loaded-linux.ts";
import { QemuLinux } from "./qemu-linux.ts";
import { threadTime } from "./thread-time.ts";

/** The first of a process, and the middle of those after it. */
export interface FirstAndUsual {
  readonly first: number;
  readonly usual: number;
}

/** Milliseconds of processor time of an idle Linux, and MiB. */
export interface Checkpoints {
  /** How long the guest stands still for the first checkpoint of a run, and for those after it. */
  readonly whole: number;
  readonly increment: FirstAndUsual;
  /** From a directory to the first instruction, with the pages that were executed. */
  readonly restore: FirstAndUsual;
  readonly clone: FirstAndUsual;
  readonly cloneMebibytes: number;
  /** QEMU's `savevm`, for which the guest stands still, and `loadvm`, on the host's clock. */
  readonly qemu: { readonly save: number; readonly load: number };
}

const rounds = 9;
const clones = 16;

export async function checkpoints(): Promise<Checkpoints> {
  // One for all, as on a worker's threads: beside two memories of 4 GiB in one thread V8 believes that it
  // is short of memory, and collects all the time, most of all under Deno.
  const monitor = Monitor.create({ compiler });
  const linux = await LoadedLinux.boot(monitor, "idle", "virtual");
  const pauses = pausesOf(linux.machine);
  const restore = await restoresOf(monitor, linux);
  const { times, mebibytes } = await clonesOf(linux);
  linux.machine.dispose();
  return {
    ...pauses,
    restore: firstAndUsual(restore),
    clone: firstAndUsual(times),
    cloneMebibytes: mebibytes,
    qemu: await qemuSnapshots(),
  };
}

function pausesOf(machine: Machine) {
  const own = new Map<string, Uint8Array>();
  const kept = new GuestCheckpoints();
  const take = () => {
    machine.run(20_000_000);
    const since = threadTime();
    kept.take(machine, own, 0);
    const time = threadTime() - since;
    kept.release(true);
    return time;
  };
  const whole = take();
  return { whole, increment: firstAndUsual(Array.from({ length: rounds }, take)) };
}

async function restoresOf(
  monitor: Monitor,
  { machine, resources }: LoadedLinux,
): Promise<number[]> {
  const folder = mkdtempSync(`${tmpdir()}/trapline-bench-`);
  const open = () => new CheckpointStore(new PageStore(new DirectoryObjects(folder)));
  const { writer } = await open().claim({ name: "run", epoch: 1 });
  const captured = captureMachine(machine);
  await writer.publish(captured.content);
  captured.release();
  const times: number[] = [];
  // The worker is there already; the run and its pages are not.
  for (let round = 0; round < rounds; round++) {
    const since = threadTime();
    const image = await open().open("run", "run");
    if (!image) throw new Error("the run has no checkpoint");
    const { state, ram } = await machineOf(image, { isLazy: true });
    const restored = monitor.restoreMachine(state, ram, resources);
    restored.run(1);
    times.push(threadTime() - since);
    restored.dispose();
  }
  rmSync(folder, { recursive: true });
  return times;
}

async function clonesOf({ machine, resources }: LoadedLinux) {
  const before = await residentMebibytes();
  const times: number[] = [];
  const made: Machine[] = [];
  for (let clone = 0; clone < clones; clone++) {
    const since = threadTime();
    made.push(machine.fork(resources));
    times.push(threadTime() - since);
  }
  const mebibytes = ((await residentMebibytes()) - before) / clones;
  for (const clone of made) clone.dispose();
  return { times, mebibytes };
}

async function qemuSnapshots() {
  const folder = mkdtempSync(`${tmpdir()}/trapline-bench-`);
  const disk = `${folder}/disk.qcow2`;
  execFileSync("qemu-img", ["create", "-q", "-f", "qcow2", disk, "64M"]);
  const qemu = new QemuLinux({ disk });
  try {
    await qemu.boot("idle");
    const time = async (command: string) => {
      const since = performance.now();
      await qemu.execute("human-monitor-command", { "command-line": command });
      return performance.now() - since;
    };
    const save: number[] = [];
    const load: number[] = [];
    for (let round = 0; round < 3; round++) {
      save.push(await time("savevm bench"));
      load.push(await time("loadvm bench"));
    }
    return { save: median(save), load: median(load) };
  } finally {
    qemu.end();
    rmSync(folder, { recursive: true });
  }
}

function firstAndUsual([first = 0, ...others]: readonly number[]): FirstAndUsual {
  return { first, usual: median(others) };
}

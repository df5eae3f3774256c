import type { BlobStore } from "../../shared/blob/blob-store.ts";
import type { GradingJob } from "../../shared/protocol/grading-job.ts";
import { type Assignment, assignmentSchema } from "../../shared/schema/assignment.ts";
import type { VirtioConfig } from "../vmm/mod.ts";
import { SymbolTable } from "./profile/symbol-table.ts";
import { templateOf } from "./templates/template-of.ts";
import type { BootImages, ThreadStart } from "./thread/thread-protocol.ts";
import { toConsoleStep } from "./to-console-step.ts";

const elfMagic = [0x7f, 0x45, 0x4c, 0x46];

export interface PreparedRun {
  readonly assignment: Assignment;
  readonly start: Omit<ThreadStart, "control">;
  /** The images, where `start` lacks them. */
  images(): Promise<BootImages>;
}

/**
 * Fetches what a job names and makes the machine's configuration of it.
 *
 * @param isNew the machine is to be switched on; one that was saved has its images in its RAM. One with
 *   a template does without, too, where there is one: they are fetched when they are asked for
 * @throws BlobError when the store lacks a blob or a blob is damaged
 */
export async function prepareRun(
  job: GradingJob,
  blobs: Pick<BlobStore, "read">,
  isNew: boolean,
): Promise<PreparedRun> {
  const json: unknown = JSON.parse(new TextDecoder().decode(await blobs.read(job.assignment)));
  const assignment = assignmentSchema.parse(json);
  const { machine, limits } = assignment;

  const known = templateOf(assignment, job.images);
  const template = isNew ? known : undefined;
  const images = async (): Promise<BootImages> => {
    const kernel = await blobs.read(job.images.kernel);
    const { initrd } = job.images;
    return { kernel, ...(initrd !== undefined && { initrd: await blobs.read(initrd) }) };
  };
  // Also of a run whose images are in its machine already.
  const profile = assignment.profile && {
    period: assignment.profile.period,
    symbols: symbolsOf(await blobs.read(job.images.kernel)),
  };
  const present = machine.disks.flatMap((disk) => {
    const hash = job.images.disks[disk.name];
    return hash === undefined ? [] : [{ disk, hash }];
  });
  const disks = await Promise.all(
    present.map(async ({ disk, hash }) => {
      return { name: disk.name, bytes: inFullSize(await blobs.read(hash), disk.size) };
    }),
  );
  const virtio: VirtioConfig[] = present.map(({ disk }) => ({
    kind: "block",
    slot: disk.slot,
    disk: disk.name,
    readOnly: disk["read-only"],
  }));
  if (machine.rng) {
    const taken = machine.disks.map((disk) => disk.slot);
    const slot = [0, 1, 2, 3, 4, 5, 6, 7].find((free) => !taken.includes(free)) ?? 0;
    virtio.push({ kind: "rng", slot });
  }

  return {
    assignment,
    images,
    start: {
      ...(template && { template, lacksImages: true }),
      ...(known && !template && { kin: known.key }),
      ...(profile && { profile }),
      config: {
        ramBytes: machine.ram,
        harts: machine.harts,
        boot: {
          firmware: machine.firmware,
          ...(isNew && !template && (await images())),
          ...(machine["command-line"] === undefined
            ? {}
            : { commandLine: machine["command-line"] }),
        },
        time: "virtual",
        engine: machine.engine,
        seed: machine.seed,
        virtio,
      },
      disks,
      steps: assignment.steps.map(toConsoleStep),
      limits: {
        instructions: limits.instructions,
        memoryBytes: limits.memory ?? machine.ram,
        outputBytes: limits.output,
        wallClock: limits["wall-clock"],
      },
    },
  };
}

/** Only an ELF file has any: what else may be started is code, however it reads. */
function symbolsOf(kernel: Uint8Array) {
  const isElf = elfMagic.every((byte, i) => kernel[i] === byte);
  return isElf ? SymbolTable.of(kernel).symbols : [];
}

function inFullSize(bytes: Uint8Array, size: number | undefined): Uint8Array {
  if (size === undefined || bytes.length >= size) return bytes;
  const full = new Uint8Array(size);
  full.set(bytes);
  return full;
}

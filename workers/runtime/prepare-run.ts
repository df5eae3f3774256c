import type { BlobStore } from "../../shared/blob/blob-store.ts";
import type { GradingJob } from "../../shared/protocol/grading-job.ts";
import { type Assignment, assignmentSchema } from "../../shared/schema/assignment.ts";
import type { VirtioConfig } from "../vmm/mod.ts";
import type { ThreadStart } from "./thread/thread-protocol.ts";
import { toConsoleStep } from "./to-console-step.ts";

export interface PreparedRun {
  readonly assignment: Assignment;
  readonly start: Omit<ThreadStart, "control">;
}

/**
 * Fetches what a job names and makes the machine's configuration of it.
 *
 * @param isNew the machine is to be switched on; one that was saved has its images in its RAM
 * @throws BlobError when the store lacks a blob or a blob is damaged
 */
export async function prepareRun(
  job: GradingJob,
  blobs: BlobStore,
  isNew: boolean,
): Promise<PreparedRun> {
  const json: unknown = JSON.parse(new TextDecoder().decode(await blobs.read(job.assignment)));
  const assignment = assignmentSchema.parse(json);
  const { machine, limits } = assignment;

  const kernel = isNew ? await blobs.read(job.images.kernel) : undefined;
  const initrd =
    isNew && job.images.initrd !== undefined ? await blobs.read(job.images.initrd) : undefined;
  const present = machine.disks.flatMap((disk) => {
    const hash = job.images.disks[disk.name];
    return hash === undefined ? [] : [{ disk, hash }];
  });
  const disks = await Promise.all(
    present.map(async ({ disk, hash }) => ({ name: disk.name, bytes: await blobs.read(hash) })),
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
    start: {
      config: {
        ramBytes: machine.ram,
        harts: machine.harts,
        boot: {
          firmware: machine.firmware,
          ...(kernel && { kernel }),
          ...(initrd === undefined ? {} : { initrd }),
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

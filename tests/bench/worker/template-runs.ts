import { createReadStream, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { ensureLinuxImage } from "../../../deploy/images/linux/ensure-linux-image.ts";
import { CheckpointStore } from "../../../shared/blob/checkpoints/checkpoint-store.ts";
import { ObjectBlobs } from "../../../shared/blob/object-blobs.ts";
import { DirectoryObjects } from "../../../shared/blob/objects/directory-objects.ts";
import { PageStore } from "../../../shared/blob/pages/page-store.ts";
import type { GradingJob } from "../../../shared/protocol/grading-job.ts";
import { parseAssignment } from "../../../shared/schema/parse-assignment.ts";
import { RunCheckpoints } from "../../../workers/runtime/checkpoint/run-checkpoints.ts";
import { prepareRun } from "../../../workers/runtime/prepare-run.ts";
import { runGuest } from "../../../workers/runtime/run-guest.ts";
import { WorkerTemplates } from "../../../workers/runtime/templates/worker-templates.ts";
import type { openPool } from "./pool-guest.ts";

const assignmentFile = new URL("../../../assignments/count-words/assignment.yaml", import.meta.url);
const script = "tr -s ' ' '\\n' | grep . | sort | uniq -c | sort -rn\n";
/** So that each clone has one, late in its run. */
const every = 20_000_000;

type Pool = Awaited<ReturnType<typeof openPool>>["pool"];

/** Runs of `count-words` with a store in a folder, where processes one after another find it. */
export class TemplateRuns {
  readonly objects: DirectoryObjects;
  readonly store: CheckpointStore;
  readonly #blobs: ObjectBlobs;
  readonly #keeper: ReturnType<WorkerTemplates["of"]>;
  #told = "";

  constructor(folder: string) {
    this.objects = new DirectoryObjects(join(folder, "blobs"));
    this.store = new CheckpointStore(new PageStore(this.objects));
    this.#blobs = new ObjectBlobs(this.objects);
    this.#keeper = new WorkerTemplates(this.store, (line) => {
      this.#told += line;
    }).of("count-words");
  }

  /** Waits until the template that a run has made lies in the store. */
  async templateStored(): Promise<void> {
    while (!this.#told.includes("is stored"))
      await new Promise((resolve) => setTimeout(resolve, 20));
  }

  /**
   * @param name of a run that is to have checkpoints
   * @returns milliseconds of processor time, of all threads, from the job to the first instruction
   *   behind the template's step and to the end of the run; the final state's hash
   */
  async grade(
    pool: Pool,
    isTemplated: boolean,
    name?: string,
  ): Promise<{
    readonly milliseconds: number;
    readonly run: number;
    readonly stateHash: string | undefined;
  }> {
    const job = await this.#job();
    const began = process.cpuUsage();
    const since = () => {
      const { user, system } = process.cpuUsage(began);
      return (user + system) / 1000;
    };
    const kept =
      name === undefined ? undefined : new RunCheckpoints(this.store, { name, epoch: 1 });
    const { start, images } = await prepareRun(job, this.#blobs, true);
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
      templates: this.#keeper,
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
    return { milliseconds, run: since(), stateHash: report.stateHash };
  }

  async #job(): Promise<GradingJob> {
    const image = ensureLinuxImage();
    const text = (content: string) => this.#blobs.put([new TextEncoder().encode(content)]);
    const assignment = parseAssignment(readFileSync(assignmentFile, "utf8"), "assignment.yaml");
    return {
      submission: `s-${"a".repeat(16)}`,
      assignment: (await text(JSON.stringify(assignment))).hash,
      images: {
        kernel: (await this.#blobs.put(createReadStream(image.kernel))).hash,
        initrd: (await this.#blobs.put(createReadStream(image.initrd))).hash,
        disks: { script: (await text(script)).hash },
      },
    };
  }
}

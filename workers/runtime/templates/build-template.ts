import type { BlobStore } from "../../../shared/blob/blob-store.ts";
import type { CheckpointStore } from "../../../shared/blob/checkpoints/checkpoint-store.ts";
import type { GradingJob } from "../../../shared/protocol/grading-job.ts";
import { compiler } from "../../host/compiler.ts";
import { Failure } from "../../vmm/mod.ts";
import { hostRuntime } from "../host-runtime.ts";
import { prepareRun } from "../prepare-run.ts";
import { runGuest } from "../run-guest.ts";
import { PcpuPool } from "../thread/pcpu-pool.ts";
import type { TemplateKey } from "../thread/thread-protocol.ts";
import { WorkerTemplates } from "./worker-templates.ts";

export interface BuiltTemplate {
  readonly key: TemplateKey;
  /** False where it was in the store before. */
  readonly isNew: boolean;
  readonly instructions: number;
  /** Pages that are not all zeros. */
  readonly pages: number;
}

/**
 * Boots the template of an assignment, as the first run would, and stores it.
 *
 * @param job any of the assignment's; what is handed in may be anything
 * @throws Failure `template-none`, `template-boot`, `template-store`
 */
export async function buildTemplate(
  job: GradingJob,
  { blobs, store }: { readonly blobs: BlobStore; readonly store: CheckpointStore },
): Promise<BuiltTemplate> {
  const { assignment, start, images } = await prepareRun(job, blobs, true);
  const { template } = start;
  if (!template) {
    const hint = "Add `template: { after: NAME OF A STEP }` to its assignment.yaml.";
    throw new Failure("template-none", `${assignment.name} has no template.`, hint);
  }
  const { key, pauseBefore } = template;
  const before = await store.open("template", key).catch(() => undefined);
  if (before) return { key, isNew: false, ...figuresOf(before) };

  let told = "";
  const templates = new WorkerTemplates(store, (line) => {
    told = line;
  });
  const keeper = templates.of(assignment.name);
  let keeping: Promise<void> | undefined;
  const { spawn } = await hostRuntime();
  const pool = new PcpuPool({ compiler, spawn, threads: 1 });
  try {
    const report = await runGuest(pool, {
      start: { ...start, steps: start.steps.slice(0, pauseBefore) },
      images,
      templates: {
        find: async () => undefined,
        page: async () => undefined,
        keep: (made, frames) => {
          keeping = keeper.keep(made, frames);
          return keeping;
        },
      },
      signal: new AbortController().signal,
      onMessage: (message) => {
        if (message.type === "template-unusable") told = message.reason;
      },
    });
    if (!keeping) {
      const failed = report.steps.find(({ state }) => state === "failed");
      const why = failed?.sentence ?? (told || `it ended: ${report.end.kind}`);
      const hint = "Change the steps of its template, or what the machine boots.";
      throw new Failure("template-boot", `${assignment.name}: ${why}`, hint);
    }
    await keeping;
  } finally {
    await pool.close();
  }
  const made = await store.open("template", key);
  if (!made) throw new Failure("template-store", told, "Look after the store.");
  return { key, isNew: true, ...figuresOf(made) };
}

type StoredTemplate = NonNullable<Awaited<ReturnType<CheckpointStore["open"]>>>;

function figuresOf({ header, ramPages }: StoredTemplate) {
  return { instructions: Number(header.notes.instructions ?? 0), pages: ramPages.length };
}

import { survey } from "../../../shared/blob/collector/survey.ts";
import { openPool } from "./pool-guest.ts";
import type { TemplateClones } from "./template-clones.ts";
import { TemplateRuns } from "./template-runs.ts";
import type { TemplateStored } from "./template-stored.ts";

export interface TemplatesHere {
  /** Processor time, of all threads, from the job to the first instruction behind the template's step. */
  readonly booted: number;
  readonly cloned: number;
  /** And for the whole run. */
  readonly bootedRun: number;
  readonly clonedRun: number;
  readonly bootedHash: string | undefined;
  /** Clones that each have a checkpoint, the pages that these name, those that are stored. */
  readonly runs: number;
  readonly namedPages: number;
  readonly storedPages: number;
  readonly storedMebibytes: number;
}

/** Each in a process of its own, as a worker has one machine memory. */
export type Templates = TemplatesHere & TemplateStored & TemplateClones;

const runs = 20;
const rounds = 5;

/** Runs of `count-words` on one thread, booted and as clones; the template is stored in the folder. */
export async function templatesHere(folder: string): Promise<TemplatesHere> {
  const { pool, close } = await openPool(1);
  const all = new TemplateRuns(folder);
  const booted = await all.grade(pool, false);
  await all.grade(pool, true);
  await all.templateStored();
  const clones: Awaited<ReturnType<TemplateRuns["grade"]>>[] = [];
  for (let round = 0; round < rounds; round++) clones.push(await all.grade(pool, true));
  const before = await pagesOf(all);
  for (let run = 0; run < runs; run++) await all.grade(pool, true, `run-${run}`);
  const after = await pagesOf(all);
  await close();

  let namedPages = 0;
  for (let run = 0; run < runs; run++) {
    namedPages += (await all.store.open("run", `run-${run}`))?.ramPages.length ?? 0;
  }
  const middle = (of: (clone: (typeof clones)[number]) => number) =>
    clones.map(of).sort((a, b) => a - b)[rounds >> 1] ?? 0;
  return {
    booted: booted.milliseconds,
    cloned: middle(({ milliseconds }) => milliseconds),
    bootedRun: booted.run,
    clonedRun: middle(({ run }) => run),
    bootedHash: booted.stateHash,
    ...{ runs, namedPages },
    storedPages: after.pages,
    storedMebibytes: (after.bytes - before.bytes) / 2 ** 20,
  };
}

async function pagesOf({ objects }: TemplateRuns) {
  const { packPages, bytes } = await survey(objects, false);
  const sum = (numbers: Iterable<number>) => [...numbers].reduce((a, b) => a + b, 0);
  return { pages: sum(packPages.values()), bytes: sum(bytes.values()) };
}

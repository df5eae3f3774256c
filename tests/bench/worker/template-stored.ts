import { openPool } from "./pool-guest.ts";
import { TemplateRuns } from "./template-runs.ts";

export interface TemplateStored {
  /** As `TemplatesHere.booted`, on a worker that has nothing of the template but a store. */
  readonly stored: number;
  readonly storedHash: string | undefined;
}

/** A run of a worker that has only just begun, with the template that is stored in the folder. */
export async function templateStored(folder: string): Promise<TemplateStored> {
  const { pool, close } = await openPool(1);
  const { milliseconds, stateHash } = await new TemplateRuns(folder).grade(pool, true);
  await close();
  return { stored: milliseconds, storedHash: stateHash };
}

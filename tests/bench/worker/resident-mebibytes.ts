import { residentOf } from "../resident.ts";

/**
 * What this process occupies. Garbage is nobody's: it may be collected before the process is looked
 * at, for which the process has to be started with a way to do so (`--expose-gc`).
 */
export async function residentMebibytes(): Promise<number> {
  for (let time = 0; time < 10; time++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return residentOf("self")?.now ?? 0;
}

import type { StopReason } from "../../../workers/vmm/mod.ts";
import { residentAtRest } from "./resident-at-rest.ts";

export interface ShortVms {
  readonly vms: number;
  readonly seconds: number;
  /** What the process occupied after so many VMs. */
  readonly residentMebibytes: Readonly<Record<string, number>>;
}

/**
 * Runs one VM after another, each from its creation to its end.
 *
 * @param marks after how many it is looked what the process occupies; the last one is how many there are
 * @param runOne makes the VM of this number, runs it and disposes of it
 * @throws Error when one of them does not power off with status 0
 */
export async function vmsInTurn(
  marks: readonly number[],
  runOne: (number: number) => StopReason,
): Promise<ShortVms> {
  const vms = marks.at(-1) ?? 0;
  const resident: Record<string, number> = {};
  let seconds = 0;
  for (let count = 1; count <= vms; count++) {
    const began = performance.now();
    const stop = runOne(count);
    seconds += (performance.now() - began) / 1000;
    if (stop.kind !== "power-off" || stop.code !== 0) {
      throw new Error(`VM ${count} ended with ${JSON.stringify(stop)}`);
    }
    if (marks.includes(count)) resident[String(count)] = await residentAtRest();
  }
  return { vms, seconds, residentMebibytes: resident };
}

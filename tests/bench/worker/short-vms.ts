import { compiler } from "../../../workers/host/compiler.ts";
import { Monitor } from "../../../workers/vmm/mod.ts";
import { residentAtRest } from "./resident-at-rest.ts";
import { startMachine } from "./start-machine.ts";

export interface ShortVms {
  readonly vms: number;
  readonly seconds: number;
  /** What the process occupied after so many VMs. */
  readonly residentMebibytes: Readonly<Record<string, number>>;
}

const vms = 10_000;
const marks = [100, 1_000, 5_000, vms];

/**
 * 10,000 VMs one after another in one monitor, each from its creation to its power-off.
 *
 * @throws Error when one of them does not end well
 */
export async function shortVms(): Promise<ShortVms> {
  const monitor = Monitor.create({ compiler });
  const resident: Record<string, number> = {};
  let seconds = 0;
  for (let count = 1; count <= vms; count++) {
    const began = performance.now();
    const machine = startMachine(monitor, "timer");
    const stop = machine.run(1_000_000);
    machine.dispose();
    seconds += (performance.now() - began) / 1000;
    if (stop.kind !== "power-off" || stop.code !== 0) {
      throw new Error(`VM ${count} ended with ${JSON.stringify(stop)}`);
    }
    if (marks.includes(count)) resident[String(count)] = await residentAtRest();
  }
  return { vms, seconds, residentMebibytes: resident };
}

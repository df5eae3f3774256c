import { compiler } from "../../../workers/host/compiler.ts";
import { Monitor } from "../../../workers/vmm/mod.ts";
import { startMachine } from "./start-machine.ts";
import { type ShortVms, vmsInTurn } from "./vms-in-turn.ts";

/** 10,000 VMs one after another in one monitor, each from its creation to its power-off. */
export async function shortVms(): Promise<ShortVms> {
  const monitor = Monitor.create({ compiler });
  return vmsInTurn([100, 1_000, 5_000, 10_000], () => {
    const machine = startMachine(monitor, "timer");
    const stop = machine.run(1_000_000);
    machine.dispose();
    return stop;
  });
}

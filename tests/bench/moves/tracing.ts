import { compiler } from "../../../workers/host/compiler.ts";
import { Monitor, type PageLog } from "../../../workers/vmm/mod.ts";
import { median } from "../samples.ts";
import { LoadedLinux } from "./loaded-linux.ts";
import { threadTime } from "./thread-time.ts";

/** How much longer the same instructions take with the dirty log on, as a part of what they take without. */
export interface Tracing {
  readonly write: number;
  readonly count: number;
  /** Pages that a harvest finds of the guest that writes. */
  readonly pages: number;
}

/** So often a harvest, in milliseconds of the guest that is not traced. */
const harvestEvery = 100;
const harvests = 5;
const pairs = 12;

/**
 * Guests that write 64 MiB round and round, and that calculate, in stretches of half a second, by
 * turns with the dirty log and without it, in processor time: the harvests are part of it.
 */
export async function tracing(): Promise<Tracing> {
  const write = await slowdown("write");
  const count = await slowdown("count");
  return { write: write.slowdown, count: count.slowdown, pages: write.pages };
}

async function slowdown(load: "write" | "count") {
  const { machine } = await LoadedLinux.boot(Monitor.create({ compiler }), load, "virtual");
  const pages: number[] = [];
  const stretch = (steps: number, log?: PageLog) => {
    const since = threadTime();
    for (let harvest = 0; harvest < harvests; harvest++) {
      for (const end = machine.steps + steps; machine.steps < end; ) {
        machine.run(end - machine.steps);
      }
      const dirty = log?.harvest();
      if (dirty) pages.push(dirty.length);
    }
    return threadTime() - since;
  };
  const trial = 20_000_000;
  const steps = Math.round((trial * harvestEvery * harvests) / stretch(trial));
  const ratios: number[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    const without = stretch(steps);
    const log = machine.ram.openDirtyLog();
    log.harvest();
    ratios.push(stretch(steps, log) / without);
    log.close();
  }
  machine.dispose();
  return { slowdown: median(ratios) - 1, pages: median(pages) };
}

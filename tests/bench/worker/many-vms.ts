import { compiler } from "../../../workers/host/compiler.ts";
import { type Machine, Monitor } from "../../../workers/vmm/mod.ts";
import { median } from "../samples.ts";
import { startMachine } from "./start-machine.ts";

export interface ManyVms {
  readonly vms: number;
  /** Million instructions per second of one VM alone, and of all together. */
  readonly oneMips: number;
  readonly manyMips: number;
  readonly ratio: number;
}

const vms = 64;
const slice = 2_000_000;
const rounds = 12;
/** What a VM that runs alone executes at a stretch. */
const stretch = 6 * slice;
/** Computing, floating point and traps: no two neighbours run the same. */
const kinds = ["bench-integer", "bench-sort", "bench-float", "bench-syscall"];

/** Each machine in turn. @returns MIPS of them together */
function turn(machines: readonly Machine[], each: number): number {
  const began = performance.now();
  for (const machine of machines) {
    for (let done = 0; done < each; done += slice) machine.run(slice);
  }
  return (machines.length * each) / 1e3 / (performance.now() - began);
}

/**
 * 64 VMs of one monitor take turns; what they execute together in a second is compared with what one
 * VM executes alone, again and again in turns, so that a slow phase of the machine meets both.
 */
export function manyVms(): ManyVms {
  const monitor = Monitor.create({ compiler });
  const singles = kinds.map((kind) => startMachine(monitor, kind));
  const many = Array.from({ length: vms }, (_, index) =>
    startMachine(monitor, kinds[index % kinds.length] as string),
  );
  turn(singles, stretch);
  turn(many, 2 * slice);
  const samples = Array.from({ length: rounds }, () => ({
    one: turn(singles, stretch),
    many: turn(many, slice),
  }));
  return {
    vms,
    oneMips: median(samples.map(({ one }) => one)),
    manyMips: median(samples.map((sample) => sample.many)),
    ratio: median(samples.map((sample) => sample.many / sample.one)),
  };
}

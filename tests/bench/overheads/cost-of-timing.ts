import { readFileSync } from "node:fs";
import { compiler } from "../../../workers/host/compiler.ts";
import { type EngineName, Monitor } from "../../../workers/vmm/mod.ts";
import { elfPath } from "../../guests/guests.ts";

const pairs = 9;

export interface TimingCost {
  /** Processor time of the run with a stopwatch over that of the run without: the median of pairs. */
  readonly ratio: number;
  readonly exitsPerSecond: number;
}

/** What it costs a guest that its exits are timed: runs with and without, in turns. */
export function costOfTiming(guest: string, engine: EngineName): TimingCost {
  const monitor = Monitor.create({ compiler, memoryBytes: 2 ** 28 });
  const kernel = readFileSync(elfPath(guest));
  const run = (isTimed: boolean) => {
    const machine = monitor.createMachine(
      {
        ...{ ramBytes: 2 ** 27, harts: 1, seed: 0, engine, time: "virtual", virtio: [] },
        boot: { firmware: "none", kernel },
      },
      {
        console: { write: () => undefined },
        disks: new Map(),
        ...(isTimed && { stopwatch: () => performance.now() * 1e6 }),
      },
    );
    // Of this thread: what others do on the host meanwhile is not the stopwatch's.
    const began = process.threadCpuUsage();
    machine.run(40e9);
    const { user, system } = process.threadCpuUsage(began);
    const took = (user + system) / 1000;
    const exits = Object.values(machine.exitCounts()).reduce((sum, count) => sum + count);
    machine.dispose();
    return { took, exitsPerSecond: (exits / took) * 1000 };
  };
  // Until all is compiled that will be.
  run(true);
  run(false);
  const measured = Array.from({ length: pairs }, (_, i) => {
    const first = run(i % 2 === 0);
    const second = run(i % 2 !== 0);
    const [on, off] = i % 2 === 0 ? [first, second] : [second, first];
    return { ratio: on.took / off.took, exitsPerSecond: off.exitsPerSecond };
  });
  const middle = (key: keyof TimingCost) =>
    measured.map((one) => one[key]).sort((a, b) => a - b)[Math.floor(pairs / 2)] as number;
  return { ratio: middle("ratio"), exitsPerSecond: middle("exitsPerSecond") };
}

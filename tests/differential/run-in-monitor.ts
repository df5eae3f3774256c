import { Monitor } from "../../workers/vmm/mod.ts";
import type { Execution } from "./executions.ts";
import { ramBytes } from "./guest-layout.ts";
import { Random } from "./random.ts";

export interface MonitorRun {
  readonly console: string;
  readonly retired: number;
}

const memoryBytes = 2 ** 28;

/**
 * Runs a bare-metal image in our monitor.
 *
 * @throws Error when the guest does not power off within the instructions
 */
export function runInMonitor(
  image: Uint8Array,
  { compiler, config, heat, slice }: Execution,
  mostInstructions = 1e9,
): MonitorRun {
  const monitor = Monitor.create({ compiler, memoryBytes, ...(heat && { heat }) });
  const bytes: number[] = [];
  const machine = monitor.createMachine(
    {
      ramBytes,
      harts: 1,
      boot: { firmware: "none", kernel: image },
      time: "virtual",
      seed: 0,
      virtio: [],
      ...config,
    },
    { console: { write: (byte) => bytes.push(byte) }, disks: new Map() },
  );
  const text = () => Buffer.from(bytes).toString("latin1");
  const random = new Random(image.length);
  try {
    while (machine.retired < mostInstructions) {
      const stop = machine.run(slice(random));
      if (stop.kind === "power-off") return { console: text(), retired: machine.retired };
      if (stop.kind !== "budget") throw new Error(`the guest stopped: ${stop.kind}`);
    }
    throw new Error(`the guest hangs; it printed:\n${text().slice(-400)}`);
  } finally {
    machine.dispose();
  }
}

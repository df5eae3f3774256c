/** Runs an image in our monitor, by the fast interpreter loop or by exact single steps. */
import { compiler } from "../../workers/host/compiler.ts";
import { hartFields } from "../../workers/vmm/isa/hart-layout.ts";
import { Monitor, type WasmCompiler } from "../../workers/vmm/mod.ts";
import { ramBytes } from "./guest-layout.ts";

/** `fast` is what guests run in; `exact` executes every instruction by the engine's `step`. */
export const tiers = ["fast", "exact"] as const;
export type Tier = (typeof tiers)[number];

export interface MonitorRun {
  readonly console: string;
  readonly retired: number;
}

const slice = 1e7;
const memoryBytes = 2 ** 28;

/** @throws Error when the guest does not power off within the instructions */
export function runInMonitor(image: Uint8Array, tier: Tier, mostInstructions = 1e9): MonitorRun {
  const monitor = Monitor.create({
    compiler: tier === "fast" ? compiler : stepping(compiler),
    memoryBytes,
  });
  const bytes: number[] = [];
  const machine = monitor.createMachine(
    {
      ramBytes,
      harts: 1,
      boot: { firmware: "none", kernel: image },
      time: "virtual",
      seed: 0,
      virtio: [],
    },
    { console: { write: (byte) => bytes.push(byte) }, disks: new Map() },
  );
  const text = () => Buffer.from(bytes).toString("latin1");
  try {
    while (machine.retired < mostInstructions) {
      const stop = machine.run(slice);
      if (stop.kind === "power-off") return { console: text(), retired: machine.retired };
      if (stop.kind !== "budget") throw new Error(`the guest stopped: ${stop.kind}`);
    }
    throw new Error(`the guest hangs; it printed:\n${text().slice(-400)}`);
  } finally {
    machine.dispose();
  }
}

interface Engine {
  execute(hart: number): number;
  step(hart: number): void;
}

/** A compiler whose engine executes by steps only: a budget of 0 lets `execute` deliver interrupts. */
function stepping(inner: WasmCompiler): WasmCompiler {
  return {
    createMemory: (bytes) => inner.createMemory(bytes),
    instantiate(code, imports) {
      const exports = inner.instantiate(code, imports);
      const engine = exports as unknown as Engine;
      const words = new Int32Array(imports.memory.buffer);
      const fieldOf = (hart: number, name: "budget" | "stopRequest") =>
        (hart + hartFields[name].offset) / 4;
      const execute = (hart: number): number => {
        const budget = fieldOf(hart, "budget");
        const stopRequest = fieldOf(hart, "stopRequest");
        for (;;) {
          const left = words[budget] as number;
          words[budget] = 0;
          const code = engine.execute(hart);
          words[budget] = left;
          if (left === 0) return code;
          engine.step(hart);
          if (words[stopRequest] !== 0) return words[stopRequest] as number;
        }
      };
      return { ...exports, execute };
    },
  };
}

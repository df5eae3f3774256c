/** Runs a bare-metal program on a real monitor and says what became of it. */
import { compiler } from "../../workers/host/compiler.ts";
import { nativeHash } from "../../workers/host/native-hash.ts";
import { type MachineConfig, type MachineResources, Monitor } from "../../workers/vmm/mod.ts";
import { assemble, type Line } from "./assembler.ts";

const mebibyte = 2 ** 20;

/** A monitor with room for a few small machines. */
export function smallMonitor(memoryBytes = 128 * mebibyte): Monitor {
  return Monitor.create({ compiler, memoryBytes });
}

/** The configuration of a small machine that starts a program in M-mode. */
export function bareMetal(
  program: readonly Line[] | Uint8Array,
  changes: Partial<MachineConfig> = {},
): MachineConfig {
  const kernel = program instanceof Uint8Array ? program : assemble(0x8000_0000, program);
  return {
    ramBytes: 4 * mebibyte,
    harts: 1,
    boot: { firmware: "none", kernel },
    time: "virtual",
    seed: 1,
    virtio: [],
    ...changes,
  };
}

/** What a test sees of a machine's console: its text so far. */
export function recordedConsole(): { sink: MachineResources["console"]; text(): string } {
  const bytes: number[] = [];
  return {
    sink: { write: (byte) => void bytes.push(byte) },
    text: () => String.fromCharCode(...bytes),
  };
}

/** What becomes of a machine of the monitor with such a program, when it has taken so many steps. */
export function outcomeOn(monitor: Monitor, lines: readonly Line[], steps: number) {
  const machine = monitor.createMachine(bareMetal(lines), {
    ...{ console: recordedConsole().sink, disks: new Map() },
  });
  machine.run(steps);
  const outcome = { hash: machine.stateHash(nativeHash), exits: machine.exitCounts() };
  machine.dispose();
  return outcome;
}

/**
 * Profiles one bare-metal guest in this process: for whoever works on an engine.
 *
 *     node tests/bench/run-guest.ts tests/guests/bin/bench-sieve.elf
 *         [--engine translate] [--slices 20000000] [--ram 128] [--hash]
 *
 * Prints instructions, seconds and MIPS of each section that the guest announces on its console and
 * of the whole run, and how often it left its own code, by category. `--slices` is the number of
 * instructions of one call of `run`: no figure but the time may depend on it. Nothing of the process
 * stands between guest and engine, so `node --prof` and `--cpu-prof` show the engine.
 */

import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { engineNames } from "../../shared/schema/engine-names.ts";
import { compiler } from "../../workers/host/compiler.ts";
import { machineMemory } from "../../workers/runtime/local/machine-memory.ts";
import { type MachineConfig, Monitor } from "../../workers/vmm/mod.ts";
import { ConsoleSections } from "./console-sections.ts";
import { renderTable } from "./render-table.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    engine: { type: "string", default: "translate" },
    slices: { type: "string", default: "20000000" },
    ram: { type: "string", default: "128" },
    hash: { type: "boolean", default: false },
  },
});
const [elf] = positionals;
if (elf === undefined) throw new Error("usage: run-guest.ts ELF [--engine E] [--slices N]");
// The VMM has this one so far; another name must not be measured as if it had been meant.
const engine = engineNames.find((name) => name === values.engine);
if (engine === undefined) throw new Error(`--engine is one of ${engineNames.join(", ")}`);

const config: MachineConfig = {
  ramBytes: Number(values.ram) * 2 ** 20,
  harts: 1,
  time: "virtual",
  seed: 1,
  engine,
  virtio: [],
  boot: { firmware: "none", kernel: readFileSync(elf) },
};
const byTime = new ConsoleSections();
const byInstructions = new ConsoleSections();

const began = performance.now();
const monitor = Monitor.create({ compiler, memoryBytes: machineMemory(config.ramBytes) });
const machine = monitor.createMachine(config, {
  disks: new Map(),
  console: {
    write(byte) {
      const character = String.fromCharCode(byte);
      process.stdout.write(character);
      byTime.take(character, performance.now());
      byInstructions.take(character, machine.retired);
    },
  },
});
const started = performance.now();
let stop = machine.run(Number(values.slices));
while (stop.kind === "budget") stop = machine.run(Number(values.slices));
const ended = performance.now();

function line(name: string, instructions: number, milliseconds: number): string[] {
  return [
    name,
    String(instructions),
    (milliseconds / 1e3).toFixed(3),
    (instructions / 1e3 / milliseconds).toFixed(0),
  ];
}
const sections = byTime.sections.map(({ name, begin, end }, index) => {
  const counted = byInstructions.sections[index];
  return line(name, counted === undefined ? 0 : counted.end - counted.begin, end - begin);
});
const head = ["section", "instructions", "s", "MIPS"];
const whole = line("whole run", machine.retired, ended - started);
console.log(`\nended: ${JSON.stringify(stop)}; start-up ${(started - began).toFixed(1)} ms\n`);
console.log(`${renderTable([head, ...sections, whole])}\n`);
const exits = Object.entries(machine.exitCounts()).filter(([, count]) => count > 0);
const rates = exits.map(([category, count]) => [
  category,
  String(count),
  ((count / machine.retired) * 1e6).toFixed(1),
]);
console.log(renderTable([["exits", "count", "per M instr."], ...rates]));
if (values.hash) console.log(`\nstate hash ${machine.stateHash()}`);
machine.dispose();

/**
 * Runs one workload in this process, under Node or Deno, as a worker of the product does: a
 * monitor, a machine, slices of 20 million instructions, virtual time.
 *
 *     node tests/bench/worker.ts '{"name": …}'     (a Workload as JSON)
 *
 * Standard output is the guest's console, written line by line so that whoever reads it can time
 * it; standard error gets one `WorkerReport`.
 */
import { readFileSync, writeSync } from "node:fs";
import { MemoryBlock } from "../../workers/host/block-memory.ts";
import { compiler } from "../../workers/host/compiler.ts";
import { machineMemory } from "../../workers/runtime/local/machine-memory.ts";
import { type MachineConfig, Monitor } from "../../workers/vmm/mod.ts";
import { ConsoleSections } from "./console-sections.ts";
import type { WorkerReport } from "./worker-report.ts";
import type { Workload } from "./workloads.ts";

const slice = 20e6;
const newline = 10;

const workload: Workload = JSON.parse(process.argv[2] ?? "{}");
const config: MachineConfig = {
  ramBytes: workload.ramMebibytes * 2 ** 20,
  harts: 1,
  time: "virtual",
  seed: 1,
  virtio:
    workload.disk === undefined ? [] : [{ kind: "block", slot: 0, disk: "d0", readOnly: true }],
  boot: {
    firmware: workload.firmware,
    kernel: readFileSync(workload.kernel),
    ...(workload.initrd === undefined ? {} : { initrd: readFileSync(workload.initrd) }),
    ...(workload.commandLine === undefined ? {} : { commandLine: workload.commandLine }),
  },
};
const disks = new Map(
  workload.disk === undefined ? [] : [["d0", new MemoryBlock(readFileSync(workload.disk))]],
);

const sections = new ConsoleSections(workload.prompt);
let line: number[] = [];
function flush(): void {
  const bytes = Uint8Array.from(line);
  line = [];
  for (let done = 0; done < bytes.length; ) done += writeSync(1, bytes, done);
}

const before = performance.now();
const monitor = Monitor.create({ compiler, memoryBytes: machineMemory(config.ramBytes) });
const machine = monitor.createMachine(config, {
  disks,
  console: {
    write(byte) {
      line.push(byte);
      const seen = sections.sections.length;
      sections.take(String.fromCharCode(byte), machine.retired);
      if (byte === newline || sections.sections.length > seen) flush();
      if (sections.sections.length === workload.sections.length) machine.stop();
    },
  },
});
const startUpMilliseconds = performance.now() - before;

while (machine.run(slice).kind === "budget") {
  // The product looks at its messages here; a benchmark has none.
}
flush();
const report: WorkerReport = { startUpMilliseconds, sections: sections.sections };
console.error(JSON.stringify(report));

import { compiler } from "../../../workers/host/compiler.ts";
import { Monitor } from "../../../workers/vmm/mod.ts";
import { benchRows } from "../bench-rows.ts";
import { measureRun } from "../measure-run.ts";
import { commandOf } from "../subjects.ts";
import { workloadsOf } from "../workloads.ts";
import { bootToShell } from "./boot-to-shell.ts";

/** Seconds from the creation of the VM, or the start of QEMU's process, to the shell's prompt. */
export interface LinuxBoots {
  readonly own: readonly number[];
  readonly qemu: readonly number[];
}

const boots = 5;

/**
 * Boots one Linux after another in one process, as a worker does that has one run of an assignment
 * after the other; QEMU, which ends with each machine, in between. From the second on the translated
 * code of the boots before is there.
 */
export async function linuxBoots(): Promise<LinuxBoots> {
  const [workload] = workloadsOf(
    benchRows.filter(({ kind }) => kind === "boot"),
    () => undefined,
  );
  if (workload === undefined) throw new Error("there is no boot among the rows");
  const monitor = Monitor.create({ compiler });
  const own: number[] = [];
  const qemu: number[] = [];
  for (let boot = 0; boot < boots; boot++) {
    const { sections } = await measureRun(commandOf("qemu", workload), workload, "wall");
    qemu.push((sections[0]?.end ?? 0) / 1000);
    const start = performance.now();
    const machine = bootToShell(monitor);
    own.push((performance.now() - start) / 1000);
    machine.dispose();
  }
  return { own, qemu };
}

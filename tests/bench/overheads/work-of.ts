import { readFileSync } from "node:fs";
import { ensureFirmware } from "../../../deploy/images/firmware/ensure-firmware.ts";
import { ensureLinuxImage } from "../../../deploy/images/linux/ensure-linux-image.ts";
import { linuxCommandLine } from "../../../deploy/images/linux/linux-command-line.ts";
import type { ExitReport } from "../../../shared/schema/exit-report.ts";
import { MemoryBlock } from "../../../workers/host/block-memory.ts";
import { compiler } from "../../../workers/host/compiler.ts";
import { exitReportOf } from "../../../workers/runtime/exit-report-of.ts";
import { partsBetween } from "../../../workers/runtime/parts-between.ts";
import { TimeAccount } from "../../../workers/runtime/time-account.ts";
import { type EngineName, type Machine, Monitor } from "../../../workers/vmm/mod.ts";

export interface Setting {
  readonly engine: EngineName;
  readonly firmware: "sbi" | "opensbi";
  readonly harts: number;
  /** What is typed at the shell's prompt. */
  readonly command: string;
}

const ramBytes = 256 * 2 ** 20;
const times = 6;
const prompt = "~ # ";
const now = () => performance.now() * 1e6;

/**
 * Boots Linux, types the command several times, and tells of the last: code that is used again is
 * translated by then, as it is in a machine that has been up for a while.
 */
export function workOf({ engine, firmware, harts, command }: Setting): ExitReport {
  const { kernel, initrd, disk } = ensureLinuxImage();
  const monitor = Monitor.create({ compiler, memoryBytes: 2 ** 30 });
  let shown = "";
  const machine: Machine = monitor.createMachine(
    {
      ...{ ramBytes, harts, seed: 0, engine, time: "virtual" },
      boot: {
        firmware: firmware === "sbi" ? "sbi" : readFileSync(ensureFirmware().dynamic),
        kernel: readFileSync(kernel),
        initrd: readFileSync(initrd),
        commandLine: linuxCommandLine,
      },
      virtio: [{ kind: "block", slot: 0, disk: "disk", readOnly: false }],
    },
    {
      console: {
        write: (byte) => {
          shown = (shown + String.fromCharCode(byte)).slice(-prompt.length);
          if (shown === prompt) machine.stop();
        },
      },
      disks: new Map([["disk", new MemoryBlock(readFileSync(disk))]]),
      stopwatch: now,
    },
  );
  const untilPrompt = () => {
    const { kind } = machine.run(40e9);
    if (kind !== "stopped") throw new Error(`the guest has come to "${kind}", not to its prompt`);
  };
  untilPrompt();
  for (let time = 1; ; time++) {
    machine.takeExitTimes();
    const before = { counts: machine.exitCounts(), parts: machine.exitParts() };
    const instructions = machine.retired;
    const account = new TimeAccount(now);
    account.spendOn("running");
    machine.sendConsole(new TextEncoder().encode(`${command}\n`));
    untilPrompt();
    if (time < times) continue;
    const spent = account.spent();
    const counts = Object.entries(machine.exitCounts()).map(([category, count]) => [
      category,
      count - (before.counts[category] ?? 0),
    ]);
    const report = exitReportOf({
      ...{ counts: Object.fromEntries(counts), times: machine.takeExitTimes(), spent },
      parts: partsBetween(before.parts, machine.exitParts()),
      instructions: machine.retired - instructions,
    });
    machine.dispose();
    return report;
  }
}

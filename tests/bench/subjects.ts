import { fileURLToPath } from "node:url";
import type { Workload } from "./workloads.ts";

/** Who runs a workload: our monitor under one of its runtimes, or QEMU in one of its modes. */
export const subjects = ["node", "deno", "qemu", "qemu-icount"] as const;
export type Subject = (typeof subjects)[number];

export interface Command {
  readonly file: string;
  readonly words: readonly string[];
}

const worker = fileURLToPath(new URL("./worker.ts", import.meta.url));

/** The command of a fresh process that runs the workload with its console on standard output. */
export function commandOf(subject: Subject, workload: Workload): Command {
  const task = JSON.stringify(workload);
  switch (subject) {
    case "node":
      return { file: "node", words: [worker, task] };
    case "deno":
      return { file: "deno", words: ["run", "--allow-read", worker, task] };
    case "qemu":
      return qemu(workload, []);
    case "qemu-icount":
      return qemu(workload, ["-icount", "shift=0"]);
  }
}

function qemu(workload: Workload, more: readonly string[]): Command {
  const { firmware, ramMebibytes, kernel, initrd, commandLine, disk } = workload;
  const words = [
    ["-machine", "virt", "-smp", "1", "-m", `${ramMebibytes}M`, "-no-reboot"],
    ["-nographic", "-monitor", "none", "-serial", "stdio"],
    ["-bios", firmware === "none" ? "none" : "default", "-kernel", kernel],
    initrd === undefined ? [] : ["-initrd", initrd],
    commandLine === undefined ? [] : ["-append", commandLine],
    disk === undefined ? [] : ["-global", "virtio-mmio.force-legacy=false"],
    disk === undefined ? [] : ["-drive", `file=${disk},if=none,format=raw,readonly=on,id=d0`],
    disk === undefined ? [] : ["-device", "virtio-blk-device,drive=d0,bus=virtio-mmio-bus.0"],
    more,
  ];
  return { file: "qemu-system-riscv64", words: words.flat() };
}

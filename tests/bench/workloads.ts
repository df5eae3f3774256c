import { ensureLinuxImage } from "../../deploy/images/linux/ensure-linux-image.ts";
import { linuxCommandLine } from "../../deploy/images/linux/linux-command-line.ts";
import { elfPath } from "../guests/guests.ts";

/** One machine to run, in words that both our worker and QEMU's command line are made from. */
export interface Workload {
  readonly name: string;
  /** Where it starts: `none` at the kernel in M-mode, `sbi` at the kernel in S-mode. */
  readonly firmware: "none" | "sbi";
  readonly ramMebibytes: number;
  readonly kernel: string;
  readonly initrd?: string;
  readonly commandLine?: string;
  /** Read-only image for virtio slot 0. */
  readonly disk?: string;
  /** Console text that ends a section which began when the process was started. */
  readonly prompt?: { readonly name: string; readonly text: string };
  /** The sections that a run must show, in order. */
  readonly sections: readonly string[];
}

function guest(name: string, ...sections: string[]): () => Workload {
  return () => ({
    name,
    firmware: "none",
    ramMebibytes: 64,
    kernel: elfPath(`bench-${name}`),
    sections,
  });
}

function linux(): Workload {
  const name = "Linux to the shell";
  const { kernel, initrd, disk } = ensureLinuxImage({
    say: (line) => console.error(`bench: ${line}`),
  });
  return {
    name: "linux",
    firmware: "sbi",
    ramMebibytes: 256,
    ...{ kernel, initrd, disk },
    commandLine: linuxCommandLine,
    prompt: { name, text: "~ # " },
    sections: [name],
  };
}

/** All workloads by their names for `--only`, in the order of the table. */
export const workloads: Readonly<Record<string, () => Workload>> = {
  integer: guest("integer", "integer"),
  float: guest("float", "n-body"),
  sieve: guest("sieve", "sieve"),
  memory: guest("memory", "memory walk", "memory copy"),
  syscall: guest("syscall", "system calls"),
  linux,
};

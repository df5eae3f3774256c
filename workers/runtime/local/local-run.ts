import type { VirtioConfig } from "../../vmm/mod.ts";

/** A disk image on this host. `snapshot`: the file is only read, writes vanish with the run. */
export interface LocalDisk {
  /** The name under which `VirtioConfig` refers to it. */
  readonly name: string;
  readonly file: string;
  readonly readOnly: boolean;
  readonly snapshot: boolean;
}

/**
 * One VM that runs in this process with the rights of whoever started it: what `trapline qemu` has
 * read from its command line. Paths are the host's.
 */
export interface LocalRun {
  readonly ramBytes: number;
  readonly firmware: "none" | "sbi" | { readonly file: string };
  readonly kernel: string | undefined;
  readonly initrd: string | undefined;
  readonly commandLine: string | undefined;
  readonly disks: readonly LocalDisk[];
  readonly virtio: readonly VirtioConfig[];
  readonly time: "virtual" | "host";
  /** Without a seed: 0 in virtual time, so that the run repeats; from the host in host time. */
  readonly seed: number | undefined;
  /** `escapes` is QEMU's `mon:stdio`, `signals` its `stdio`. */
  readonly console: "escapes" | "signals" | "none";
  readonly onReboot: "restart" | "exit";
  /** Ends the run after so many instructions, reboots included. */
  readonly maxInstructions: number | undefined;
  /** Where to write the exit counts as JSON; `-` is standard output. */
  readonly exitsFile: string | undefined;
  /** Whether to print the final state hash on standard error. */
  readonly printsHash: boolean;
  /** A YAML list of steps that replaces standard input. */
  readonly scriptFile: string | undefined;
}

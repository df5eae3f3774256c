import type { NetworkEnd } from "../../host/network/network-end.ts";
import type { SerialEnd } from "../../host/serial-end.ts";
import type { StreamAddress } from "../../host/stream.ts";
import type { EngineName, VirtioConfig } from "../../vmm/mod.ts";
import type { MonitorMode } from "../debug/serve-monitor.ts";
import type { TraceItem } from "../debug/trace-items.ts";
import type { ProfilePlace } from "../profile/open-profile.ts";
import type { ExitsPlace } from "./exits-report.ts";
import type { KeptCodePlace } from "./kept-code-file.ts";

/** A disk image on this host. `snapshot`: the file is only read, writes vanish with the run. */
export interface LocalDisk {
  /** The name under which `VirtioConfig` refers to it. */
  readonly name: string;
  readonly file: string;
  readonly readOnly: boolean;
  readonly snapshot: boolean;
}

/** A network; `VirtioConfig` refers to it by its name. */
export interface LocalNetwork {
  readonly name: string;
  readonly end: NetworkEnd;
  /** Files that frames are recorded in. */
  readonly captures: readonly { readonly file: string; readonly mostBytes: number }[];
}

/** Where a console leads to. `escapes` is QEMU's `mon:stdio`, `signals` its `stdio`. */
export type ConsoleEnd = "escapes" | "signals" | "none" | SerialEnd;

/** A monitor elsewhere than on the terminal. */
export interface LocalMonitor extends MonitorMode {
  readonly label: string;
  readonly end: SerialEnd;
}

/** Bytes that are put into memory before the start, by nobody's rules: QEMU's `-device loader`. */
export interface LocalLoad {
  readonly address: number;
  readonly content: { readonly file: string } | { readonly bytes: Uint8Array };
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
  /** A file in place of the machine's own device tree. */
  readonly deviceTree: string | undefined;
  /** Where to write the device tree, instead of running. */
  readonly deviceTreeDump: string | undefined;
  readonly disks: readonly LocalDisk[];
  readonly virtio: readonly VirtioConfig[];
  readonly time: "virtual" | "host";
  readonly engine: EngineName;
  /** Where translations are kept from one run of a kernel to the next. */
  readonly keptCode: KeptCodePlace;
  /** Without a seed: 0 in virtual time, so that the run repeats; from the host in host time. */
  readonly seed: number | undefined;
  readonly console: ConsoleEnd;
  /** The name of the serial port's stream, for monitors. */
  readonly consoleLabel: string;
  /** A virtio console with a far end of its own, under its name in `virtio`. */
  readonly secondConsole: { readonly name: string; readonly end: ConsoleEnd } | undefined;
  /** The monitor that has the terminal; both consoles are elsewhere then. */
  readonly terminalMonitor: MonitorMode | undefined;
  readonly monitors: readonly LocalMonitor[];
  readonly networks: readonly LocalNetwork[];
  readonly loads: readonly LocalLoad[];
  /** `-name`. */
  readonly name: string | undefined;
  readonly onReboot: "restart" | "exit";
  readonly harts: number;
  /** Where to wait for a gdb. */
  readonly gdb: StreamAddress | undefined;
  /** `-S`: wait for a debugger or the monitor console before the first instruction. */
  readonly startsPaused: boolean;
  /** Ends the run after so many instructions, reboots included. */
  readonly maxInstructions: number | undefined;
  /** What to log of each instruction, and the file to write it to; without a file, standard error. */
  readonly trace: ReadonlySet<TraceItem>;
  readonly traceFile: string | undefined;
  /** The folder of the machine's snapshots; it is saved there, too, when the run ends before it does. */
  readonly checkpoints: string | undefined;
  /** A snapshot to go on from: a file, or a folder for the newest in it. */
  readonly restore: { readonly place: string } | { readonly name: string } | undefined;
  /** Where to tell what the guest spends its instructions on. */
  readonly profile: ProfilePlace | undefined;
  /** Where to tell of the exits. */
  readonly exits: ExitsPlace | undefined;
  /** Whether to print the final state hash on standard error. */
  readonly printsHash: boolean;
  /** A YAML list of steps that replaces standard input. */
  readonly scriptFile: string | undefined;
}

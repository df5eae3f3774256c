import type { HashStart } from "../base/hash-start.ts";
import type { Timers } from "../base/timers.ts";
import type { Bytes, Instructions, Nanoseconds } from "../base/units.ts";
import type { ConsoleSink } from "../devices/console-sink.ts";
import type { NetBackend } from "../devices/network/net-backend.ts";
import type { BlockBackend } from "../devices/virtio/block-backend.ts";
import type { PageSource } from "../memory/page-source.ts";
import type { RamPort } from "../memory/ram-port.ts";
import type { DebugPort } from "./debug-port.ts";
import type { ExitPartCounts } from "./exit-parts.ts";
import type { ExitTimes } from "./exit-times.ts";
import type { EngineName, HardwareConfig, TimeMode, VirtioConfig } from "./hardware-config.ts";
import type { MachineState } from "./machine-state.ts";
import type { StopReason } from "./stop-reason.ts";

export type {
  BlockBackend,
  ConsoleSink,
  EngineName,
  NetBackend,
  StopReason,
  TimeMode,
  VirtioConfig,
};

/** What the machine starts: the images are whole files, parsed when the machine is made. */
export interface BootConfig {
  /**
   * `none`: `kernel` is an ELF or raw image that starts in M-mode at 0x8000_0000.
   * `sbi`: `kernel` is an S-mode image (Linux `Image`, ELF or raw) on the monitor's own SBI.
   * Bytes: a firmware image that starts in M-mode; `kernel` is passed to it as QEMU does.
   */
  readonly firmware: "none" | "sbi" | Uint8Array;
  readonly kernel?: Uint8Array;
  readonly initrd?: Uint8Array;
  /** The kernel command line (`/chosen/bootargs`). */
  readonly commandLine?: string;
  /** A flattened device tree in place of the machine's own, as it is: it says all, `bootargs` too. */
  readonly deviceTree?: Uint8Array;
}

/** All that decides a run besides the console input: plain data, hashed into the receipt. */
export interface MachineConfig extends HardwareConfig {
  readonly boot: BootConfig;
}

/** What the outside world gives to a machine. */
export interface MachineResources {
  readonly console: ConsoleSink;
  /** By the `console` name of the virtio configuration. */
  readonly consoles?: ReadonlyMap<string, ConsoleSink>;
  /** By the `disk` name of the virtio configuration. */
  readonly disks: ReadonlyMap<string, BlockBackend>;
  /** By the `network` name of the virtio configuration; each is one card's end of the cable. */
  readonly networks?: ReadonlyMap<string, NetBackend>;
  /** Most bytes of machine memory that the guest's RAM may take; as much as it has by default. */
  readonly memoryLimitBytes?: Bytes;
  /** Monotonic host time, needed by `time: "host"` only. */
  readonly hostNow?: () => Nanoseconds;
  /** Monotonic host time to time exits with; without it they are counted only. No guest can tell. */
  readonly stopwatch?: () => Nanoseconds;
  /** Whether hot code is translated, where the engine does that; yes, where it is not said. No guest can tell. */
  readonly translates?: boolean;
  /** For a machine that is restored without some of its pages: brings those that devices need. */
  readonly pageSource?: PageSource;
}

/** One VM of a worker. Not re-entrant; one thread at a time. */
export interface Machine {
  /**
   * Runs at most `instructions` more instructions, then says why it stopped.
   * @throws Failure `guest-memory-exhausted` when RAM would take more than its limit: the VM is over
   * @throws TranslationTrap when translated code fails: what the VM is nobody knows, it can be disposed of
   */
  run(instructions: Instructions): StopReason;
  /** Makes the present call of `run` return at the next instruction boundary that the monitor sees. */
  stop(): void;
  /**
   * Console input: queued in the UART behind its FIFO, in order.
   * @param console the virtio console with that far end, in place of the UART
   */
  sendConsole(bytes: Uint8Array, console?: string): void;
  /** Instructions retired since power-on, all harts. */
  readonly retired: Instructions;
  /** What budgets count: instructions retired and exceptions taken. A guest cannot hold it still. */
  readonly steps: Instructions;
  /** Guest time and alarms on it, for whoever drives the machine (console scripts). */
  readonly timers: Timers;
  /** For checkpoints, clones and migration; between two calls of `run` only. */
  readonly ram: RamPort;
  /** For debuggers; between two calls of `run` only. */
  readonly debug: DebugPort;
  /** Exits by category of the taxonomy; every category is present, zeros too. */
  exitCounts(): Record<string, number>;
  /** What the exits were about, as far as that is counted: by device, call or cause. */
  exitParts(): ExitPartCounts;
  /** It stands still for its monitor, between two calls of `run`: an exit of `pause`. */
  pause(): void;
  /** What exits took since this was last asked; nothing for a machine without a stopwatch. */
  takeExitTimes(): ExitTimes;
  /** Everything but what RAM holds, between two calls of `run`; see `Monitor.restoreMachine`. */
  save(): MachineState;
  /** One more machine of the same monitor, that goes on from here on its own. */
  fork(resources: MachineResources): Machine;
  /** SHA-256 (lower-case hex) over harts, RAM, devices and clock. @param start whose, if not ours */
  stateHash(start?: HashStart): string;
  /** Bytes of machine memory that the VM's frames take now. */
  residentBytes(): Bytes;
  /** Gives all frames back. The machine cannot be used afterwards. */
  dispose(): void;
}

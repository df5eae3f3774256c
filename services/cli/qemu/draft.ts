import type { NetworkEnd } from "../../../workers/host/network/network-end.ts";
import type { SerialEnd } from "../../../workers/host/serial-end.ts";
import type { StreamAddress } from "../../../workers/host/stream.ts";
import type { MonitorMode } from "../../../workers/runtime/debug/serve-monitor.ts";
import type { TraceItem } from "../../../workers/runtime/debug/trace-items.ts";
import type { LocalLoad, LocalRun } from "../../../workers/runtime/local/local-run.ts";

/** What the options have said so far, before it is checked as a whole. */
export interface Draft {
  ramBytes: number;
  harts: number;
  firmware: "none" | "default" | { readonly file: string };
  kernel: string | undefined;
  initrd: string | undefined;
  commandLine: string | undefined;
  /** `-dtb`. */
  deviceTree: string | undefined;
  /** `-machine dumpdtb=`. */
  deviceTreeDump: string | undefined;
  readonly drives: Drive[];
  readonly devices: Device[];
  readonly networks: Network[];
  /** `-object filter-dump`. */
  readonly captures: Capture[];
  /** `-object rng-…`, by id: devices may name one. */
  readonly randomSources: Set<string>;
  /** `-device loader`. */
  readonly loads: LocalLoad[];
  /** `-serial`. */
  console: StreamUse | undefined;
  /** Byte streams by the id of their `-chardev`. */
  readonly streams: Map<string, StreamBackend>;
  /** `-monitor`, `-mon`, `-qmp`. */
  readonly monitors: MonitorDraft[];
  /** `-name`. */
  name: string | undefined;
  /** The console of a command line that has no `-serial`. */
  defaultConsole: "escapes" | "none";
  onReboot: "restart" | "exit";
  /** `-snapshot`: no disk image is changed. */
  snapshot: boolean;
  /** `-gdb`, `-s`. */
  gdb: StreamAddress | undefined;
  /** `-S`. */
  startsPaused: boolean;
  /** Not said: virtual, unless frames come from the host's network. */
  time: "virtual" | "host" | undefined;
  engine: LocalRun["engine"];
  keptCode: LocalRun["keptCode"];
  seed: number | undefined;
  maxInstructions: number | undefined;
  /** `-checkpoint`. */
  checkpoints: string | undefined;
  /** `-restore`, `-loadvm`. */
  restore: LocalRun["restore"];
  exitsFile: string | undefined;
  exitsAsJson: boolean;
  profileFile: string | undefined;
  profilePeriod: number;
  symbolsFile: string | undefined;
  /** `-d`. */
  trace: ReadonlySet<TraceItem>;
  /** `-D`. */
  traceFile: string | undefined;
  printsHash: boolean;
  scriptFile: string | undefined;
  /** A text to print instead of running: `-help`, `-machine help`, … */
  information: string | undefined;
}

/** One `-drive`. */
export interface Drive {
  id: string | undefined;
  file: string | undefined;
  readOnly: boolean;
  snapshot: boolean;
  interface: "none" | "virtio" | undefined;
}

/** One `-netdev`. */
export interface Network {
  readonly id: string;
  readonly end: NetworkEnd;
}

/** One `-object filter-dump`. */
export interface Capture {
  readonly network: string;
  readonly file: string;
  readonly mostBytes: number;
}

/** Where a byte stream leads. `terminal` is standard input and output. */
export interface StreamBackend {
  readonly end: "terminal" | "none" | SerialEnd;
  /** Whether a serial port and monitors may use it together (`mon:`, `mux=on`). */
  readonly isShared: boolean;
}

/** What a serial port or a monitor is connected to: a stream of its own, or one with an id. */
export type StreamUse = StreamBackend | { readonly id: string };

/** One monitor. */
export interface MonitorDraft extends MonitorMode {
  readonly words: string;
  readonly use: StreamUse;
}

/** One `-device`, with the words that made it, for messages. */
export interface Device {
  readonly model: DeviceModel;
  readonly words: string;
  id: string | undefined;
  drive: string | undefined;
  network: string | undefined;
  mac: string | undefined;
  /** Of a `virtio-serial-device`: whether there is a `virtconsole` on it. */
  hasConsole: boolean;
  /** The stream of that console, if it has one of its own. */
  stream: string | undefined;
  /** Of a `virtio-rng-device`: the object that it names. */
  randomSource: string | undefined;
  packed: boolean;
  slot: number | undefined;
}

export type DeviceModel =
  | "virtio-blk-device"
  | "virtio-net-device"
  | "virtio-rng-device"
  | "virtio-serial-device";

/** QEMU's machine before any option: 128 MiB of RAM. */
export function emptyDraft(): Draft {
  return {
    ramBytes: defaultRamBytes,
    harts: 1,
    firmware: "default",
    kernel: undefined,
    initrd: undefined,
    commandLine: undefined,
    deviceTree: undefined,
    deviceTreeDump: undefined,
    drives: [],
    devices: [],
    networks: [],
    captures: [],
    randomSources: new Set(),
    loads: [],
    console: undefined,
    streams: new Map(),
    monitors: [],
    name: undefined,
    defaultConsole: "escapes",
    onReboot: "restart",
    snapshot: false,
    gdb: undefined,
    startsPaused: false,
    time: undefined,
    engine: "translate",
    keptCode: "usual",
    seed: undefined,
    maxInstructions: undefined,
    checkpoints: undefined,
    restore: undefined,
    exitsFile: undefined,
    exitsAsJson: false,
    profileFile: undefined,
    // A prime number: no loop has its length.
    profilePeriod: 99_991,
    symbolsFile: undefined,
    trace: new Set(),
    traceFile: undefined,
    printsHash: false,
    scriptFile: undefined,
    information: undefined,
  };
}

export const defaultRamBytes = 128 * 2 ** 20;

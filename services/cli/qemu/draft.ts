import type { SerialEnd } from "../../../workers/host/serial-end.ts";
import type { StreamAddress } from "../../../workers/host/stream-listener.ts";
import type { TraceItem } from "../../../workers/runtime/debug/trace-items.ts";

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
  console: "escapes" | "signals" | "none" | SerialEnd | undefined;
  /** Byte streams by the id of their `-chardev`. */
  readonly streams: Map<string, "stdio" | "none" | SerialEnd>;
  /** `-monitor stdio`. */
  monitorOnTerminal: boolean;
  /** The console of a command line that has no `-serial`. */
  defaultConsole: "escapes" | "none";
  onReboot: "restart" | "exit";
  /** `-snapshot`: no disk image is changed. */
  snapshot: boolean;
  /** `-gdb`, `-s`. */
  gdb: StreamAddress | undefined;
  /** `-S`. */
  startsPaused: boolean;
  time: "virtual" | "host";
  seed: number | undefined;
  maxInstructions: number | undefined;
  exitsFile: string | undefined;
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
}

/** One `-netdev`. */
export interface Network {
  readonly kind: "none" | "loopback";
  id: string | undefined;
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
    console: undefined,
    streams: new Map(),
    monitorOnTerminal: false,
    defaultConsole: "escapes",
    onReboot: "restart",
    snapshot: false,
    gdb: undefined,
    startsPaused: false,
    time: "virtual",
    seed: undefined,
    maxInstructions: undefined,
    exitsFile: undefined,
    trace: new Set(),
    traceFile: undefined,
    printsHash: false,
    scriptFile: undefined,
    information: undefined,
  };
}

export const defaultRamBytes = 128 * 2 ** 20;

/** What the options have said so far, before it is checked as a whole. */
export interface Draft {
  ramBytes: number;
  firmware: "none" | "default" | { readonly file: string };
  kernel: string | undefined;
  initrd: string | undefined;
  commandLine: string | undefined;
  readonly drives: Drive[];
  readonly devices: Device[];
  console: "escapes" | "signals" | "none" | undefined;
  /** The console of a command line that has no `-serial`. */
  defaultConsole: "escapes" | "none";
  onReboot: "restart" | "exit";
  /** `-snapshot`: no disk image is changed. */
  snapshot: boolean;
  time: "virtual" | "host";
  seed: number | undefined;
  maxInstructions: number | undefined;
  exitsFile: string | undefined;
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

/** One `-device`, with the words that made it, for messages. */
export interface Device {
  readonly model: DeviceModel;
  readonly words: string;
  id: string | undefined;
  drive: string | undefined;
  slot: number | undefined;
}

export type DeviceModel = "virtio-blk-device" | "virtio-rng-device";

/** QEMU's machine before any option: 128 MiB of RAM. */
export function emptyDraft(): Draft {
  return {
    ramBytes: defaultRamBytes,
    firmware: "default",
    kernel: undefined,
    initrd: undefined,
    commandLine: undefined,
    drives: [],
    devices: [],
    console: undefined,
    defaultConsole: "escapes",
    onReboot: "restart",
    snapshot: false,
    time: "virtual",
    seed: undefined,
    maxInstructions: undefined,
    exitsFile: undefined,
    printsHash: false,
    scriptFile: undefined,
    information: undefined,
  };
}

export const defaultRamBytes = 128 * 2 ** 20;

import type { Bytes } from "../../vmm/mod.ts";

/** What a run is made of, for monitors to show: facts of the host's side. */
export interface RunInventory {
  readonly name: string | undefined;
  readonly ramBytes: Bytes;
  readonly harts: number;
  /** Byte streams of serial ports, consoles and monitors. */
  readonly streams: readonly {
    readonly label: string;
    /** Where it leads. */
    readonly place: string;
    readonly isConnected: boolean;
  }[];
  readonly disks: readonly {
    readonly name: string;
    readonly file: string;
    readonly bytes: Bytes;
    readonly isReadOnly: boolean;
    /** Writes vanish with the run. */
    readonly isTemporary: boolean;
  }[];
  readonly networks: readonly { readonly name: string; readonly words: string }[];
  /** virtio devices, by the slot they are in. */
  readonly devices: readonly { readonly slot: number; readonly words: string }[];
}

/** Of a run of which nothing is known. */
export const emptyInventory: RunInventory = {
  name: undefined,
  ramBytes: 0,
  harts: 0,
  streams: [],
  disks: [],
  networks: [],
  devices: [],
};

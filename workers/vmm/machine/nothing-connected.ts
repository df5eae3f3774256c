import { NoNetwork } from "../devices/network/no-network.ts";
import type { MachineResources } from "./config.ts";
import type { MachineHardware } from "./machine-hardware.ts";

/** More than any disk has, so whatever is under way lies within it. */
const diskBytes = 2 ** 48;

/**
 * What a machine is connected with that never runs: everything that its hardware names, and nothing
 * behind it.
 */
export function nothingConnected({ virtio }: Pick<MachineHardware, "virtio">): MachineResources {
  const silent = { write: () => {} };
  const disk = { bytes: diskBytes, read: () => {}, write: () => {}, flush: () => {} };
  const connected = {
    consoles: new Map<string, typeof silent>(),
    disks: new Map<string, typeof disk>(),
    networks: new Map<string, NoNetwork>(),
  };
  for (const device of virtio) {
    if (device.kind === "block") connected.disks.set(device.disk, disk);
    if (device.kind === "net") connected.networks.set(device.network, new NoNetwork());
    if (device.kind === "console" && device.console !== undefined) {
      connected.consoles.set(device.console, silent);
    }
  }
  return { console: silent, ...connected, hostNow: () => 0, stopwatch: () => 0 };
}

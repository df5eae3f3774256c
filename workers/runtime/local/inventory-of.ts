import type { BlockBackend, VirtioConfig } from "../../vmm/mod.ts";
import type { RunInventory } from "../debug/run-inventory.ts";
import type { LocalRun } from "./local-run.ts";
import type { OpenConsoles } from "./open-consoles.ts";
import type { OpenNetworks } from "./open-networks.ts";

/** What monitors may show of a run. */
export function inventoryOf(
  run: LocalRun,
  opened: ReadonlyMap<string, BlockBackend>,
  networks: OpenNetworks,
  consoles: OpenConsoles,
): RunInventory {
  return {
    name: run.name,
    ramBytes: run.ramBytes,
    harts: run.harts,
    get streams() {
      return consoles.streams();
    },
    disks: run.disks.map(({ name, file, readOnly, snapshot }) => ({
      ...{ name, file, isReadOnly: readOnly, isTemporary: snapshot },
      bytes: opened.get(name)?.bytes ?? 0,
    })),
    networks: networks.descriptions,
    devices: run.virtio.map((device) => ({ slot: device.slot, words: wordsOf(device) })),
  };
}

function wordsOf(device: VirtioConfig): string {
  switch (device.kind) {
    case "block":
      return `virtio-blk-device, drive ${device.disk}`;
    case "net":
      return `virtio-net-device, network ${device.network}`;
    case "rng":
      return "virtio-rng-device";
    case "console":
      return "virtio-serial-device";
  }
}

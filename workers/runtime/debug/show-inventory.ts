import type { RunInventory } from "./run-inventory.ts";

/** virtio devices and their slots. */
export function showDevices({ devices }: Pick<RunInventory, "devices">): string {
  if (devices.length === 0) return "no virtio devices\n";
  return [...devices]
    .sort((a, b) => a.slot - b.slot)
    .map(({ slot, words }) => `bus: virtio-mmio-bus.${slot}\n  dev: ${words}\n`)
    .join("");
}

/** In the form of QEMU's `info block`. */
export function showDisks({ disks }: Pick<RunInventory, "disks">): string {
  return disks
    .map(({ name, file, isReadOnly, isTemporary }) => {
      const words = ["raw", ...(isReadOnly ? ["read-only"] : [])].join(", ");
      const note = isTemporary ? "    Writes are kept in memory and vanish with the run\n" : "";
      return `${name}: ${file} (${words})\n${note}`;
    })
    .join("");
}

export function showNetworks({ networks }: Pick<RunInventory, "networks">): string {
  return networks.map(({ name, words }) => `${name}: ${words}\n`).join("");
}

/** In the form of QEMU's `info chardev`. */
export function showStreams({ streams }: Pick<RunInventory, "streams">): string {
  return streams
    .map(({ label, place, isConnected }) => {
      return `${label}: filename=${isConnected ? "" : "disconnected:"}${place}\n`;
    })
    .join("");
}

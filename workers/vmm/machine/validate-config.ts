/** Checks what the machine cannot be built from, before anything is allocated. */
import { Failure } from "../base/failure.ts";
import { virtioSlots } from "../base/memory-map.ts";
import { pageBytes } from "../memory/layout.ts";
import type { BlockBackend, MachineConfig, MachineResources, VirtioConfig } from "./config.ts";
import { macOf } from "./mac-of.ts";
import { networkOf } from "./network-of.ts";

const smallestRam = 2 ** 20;
const largestRam = 3 * 2 ** 30;
const mostHarts = 8;

/** Failures: `ram-size`, `harts-unsupported`, `virtio-slot`, `disk-missing`, `network-missing`,
 * `mac-invalid`, `host-clock-missing`. */
export function validateConfig(config: MachineConfig, resources: MachineResources): void {
  const { ramBytes, harts, virtio, time } = config;
  if (!(ramBytes >= smallestRam && ramBytes <= largestRam && ramBytes % pageBytes === 0)) {
    throw new Failure(
      "ram-size",
      `A machine cannot have ${ramBytes} bytes of RAM.`,
      "Give between 1 MiB and 3 GiB, a multiple of 4 KiB.",
    );
  }
  if (!Number.isInteger(harts) || harts < 1 || harts > mostHarts) {
    throw new Failure(
      "harts-unsupported",
      `A machine cannot have ${harts} harts.`,
      `Use 1 to ${mostHarts} harts.`,
    );
  }
  const used = new Set<number>();
  for (const device of virtio) {
    const { slot } = device;
    if (!Number.isInteger(slot) || slot < 0 || slot >= virtioSlots || used.has(slot)) {
      throw new Failure(
        "virtio-slot",
        `The virtio-mmio slot ${slot} does not exist or is taken twice.`,
        `Use each slot from 0 to ${virtioSlots - 1} once.`,
      );
    }
    used.add(slot);
    if (device.kind === "block") diskOf(device, resources);
    if (device.kind === "net") {
      networkOf(device, resources);
      macOf(device, 0);
    }
  }
  if (time === "host" && !resources.hostNow) {
    throw new Failure(
      "host-clock-missing",
      "The machine is to follow the host's clock, but was given none.",
      "Pass `hostNow`, or use virtual time.",
    );
  }
}

export function diskOf(
  device: VirtioConfig & { kind: "block" },
  resources: MachineResources,
): BlockBackend {
  const disk = resources.disks.get(device.disk);
  if (disk) return disk;
  throw new Failure(
    "disk-missing",
    `No disk is called "${device.disk}".`,
    "Name one of the disks that were given to the machine.",
  );
}

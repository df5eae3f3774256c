/** Checks what the machine cannot be built from, before anything is allocated. */
import { Failure } from "../base/failure.ts";
import { virtioSlots } from "../base/memory-map.ts";
import type { Bytes } from "../base/units.ts";
import { pageBytes } from "../memory/layout.ts";
import type { BlockBackend, MachineConfig, MachineResources, VirtioConfig } from "./config.ts";
import { macOf } from "./mac-of.ts";
import { mostHarts } from "./most-harts.ts";
import { networkOf } from "./network-of.ts";

const smallestRam = 2 ** 20;
const largestRam = 3 * 2 ** 30;
const seeds = 2 ** 32;
const sectorBytes = 512;
/** `fdt_create` of QEMU has a buffer of 1 MiB, of which all else takes a few KiB. */
const longestCommandLine: Bytes = 2 ** 20 - 2 ** 16;

/** Failures: `ram-size`, `harts-unsupported`, `seed-invalid`, `command-line-too-long`,
 * `virtio-slot`, `disk-missing`, `disk-size`, `network-missing`, `mac-invalid`,
 * `host-clock-missing`. */
export function validateConfig(
  config: Omit<MachineConfig, "boot"> & Partial<Pick<MachineConfig, "boot">>,
  resources: MachineResources,
): void {
  const { ramBytes, harts, virtio, time, seed, boot } = config;
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
  if (!Number.isInteger(seed) || seed < 0 || seed >= seeds) {
    throw new Failure(
      "seed-invalid",
      `The seed ${seed} is none: it would not give back the same machine.`,
      "Give a whole number from 0 to 4294967295.",
    );
  }
  const commandLine = boot?.commandLine ?? "";
  if (commandLine.length > longestCommandLine) {
    throw new Failure(
      "command-line-too-long",
      `The kernel command line has ${commandLine.length} characters.`,
      `Give at most ${longestCommandLine}; Linux itself takes 1,024.`,
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
    if (device.kind === "block") requireSectors(device, diskOf(device, resources).bytes);
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

/** A disk consists of sectors: what is behind the last whole one could not be reached. */
function requireSectors({ disk }: VirtioConfig & { kind: "block" }, bytes: Bytes): void {
  if (Number.isSafeInteger(bytes) && bytes >= 0 && bytes % sectorBytes === 0) return;
  throw new Failure(
    "disk-size",
    `The disk "${disk}" has ${bytes} bytes, which are no whole number of sectors.`,
    "Make it a multiple of 512 bytes long, for example with truncate -s %512 FILE.",
  );
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

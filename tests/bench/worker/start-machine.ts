import { readFileSync } from "node:fs";
import type { Machine, MachineConfig, Monitor } from "../../../workers/vmm/mod.ts";
import { elfPath, guests } from "../../guests/guests.ts";

const images = new Map<string, Uint8Array>();

/** A VM of the monitor with one of our own bare-metal guests in it; its console is not looked at. */
export function startMachine(monitor: Monitor, guest: string): Machine {
  const kernel = images.get(guest) ?? readFileSync(elfPath(guest));
  images.set(guest, kernel);
  const config: MachineConfig = {
    ramBytes: (guests.find(({ name }) => name === guest)?.ramMebibytes ?? 64) * 2 ** 20,
    harts: 1,
    time: "virtual",
    seed: 1,
    virtio: [],
    boot: { firmware: "none", kernel },
  };
  return monitor.createMachine(config, { disks: new Map(), console: { write: () => {} } });
}

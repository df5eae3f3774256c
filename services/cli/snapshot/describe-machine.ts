import type { MachineState } from "../../../workers/vmm/mod.ts";
import { mebibytes } from "./amounts.ts";

type Hardware = MachineState["hardware"];

/** One line for the machine, then one for each of its virtio devices. */
export function describeMachine({
  ramBytes,
  harts,
  time,
  seed,
  hasSbi,
  virtio,
}: Hardware): string[] {
  const firmware = hasSbi ? "our own SBI" : "starts in M-mode";
  return [
    `${mebibytes(ramBytes)} of RAM, ${harts} ${harts === 1 ? "hart" : "harts"}, ${time} time, seed ${seed}, ${firmware}`,
    ...virtio.map((device) => `slot ${device.slot}: ${describeDevice(device)}`),
  ];
}

function describeDevice(device: Hardware["virtio"][number]): string {
  switch (device.kind) {
    case "block":
      return `disk "${device.disk}"${device.readOnly ? ", read-only" : ""}`;
    case "net":
      return `network card on "${device.network}"`;
    case "rng":
      return "source of random numbers";
    case "console":
      return `console${device.console === undefined ? "" : ` "${device.console}"`}`;
  }
}

import { readFileSync } from "node:fs";
import { MemoryBlock } from "../../../workers/host/block-memory.ts";
import { Loopback, type MachineConfig, type MachineResources } from "../../../workers/vmm/mod.ts";
import { elfPath, sectorDisk } from "../../guests/guests.ts";
import { bareMetal, recordedConsole } from "../../support/run-guest.ts";

/** A machine with every kind of device, that reads and writes its disk when it is started. */
export function guestInFlight(): MachineConfig {
  return bareMetal(readFileSync(elfPath("virtio-blk")), {
    ...{ harts: 2, ramBytes: 4 * 2 ** 20 },
    virtio: [
      { kind: "block", slot: 0, disk: "disk", readOnly: false },
      { kind: "rng", slot: 1 },
      { kind: "net", slot: 2, network: "plug" },
      { kind: "console", slot: 3, takesInput: false },
    ],
  });
}

export function resourcesInFlight(): MachineResources {
  return {
    console: recordedConsole().sink,
    disks: new Map([["disk", new MemoryBlock(sectorDisk())]]),
    networks: new Map([["plug", new Loopback()]]),
  };
}

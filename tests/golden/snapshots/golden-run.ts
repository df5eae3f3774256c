import { readFileSync } from "node:fs";
import { MemoryBlock } from "../../../workers/host/block-memory.ts";
import type { MachineConfig, MachineResources } from "../../../workers/vmm/mod.ts";
import { elfPath, sectorDisk } from "../../guests/guests.ts";
import { bareMetal, recordedConsole } from "../../support/run-guest.ts";

/** The run of which the golden snapshots are: `hello`, saved while it prints. */
export function goldenConfig(): MachineConfig {
  return bareMetal(readFileSync(elfPath("hello")), {
    ramBytes: 4 * 2 ** 20,
    virtio: [
      { kind: "block", slot: 0, disk: "disk", readOnly: true },
      { kind: "rng", slot: 1 },
      { kind: "console", slot: 2, takesInput: false },
    ],
  });
}

export const goldenInput: Uint8Array = new TextEncoder().encode("good morning\n");
export const goldenPlace = 30_000;

export function goldenResources(): {
  readonly resources: MachineResources;
  readonly text: () => string;
} {
  const console = recordedConsole();
  const disks = new Map([["disk", new MemoryBlock(sectorDisk())]]);
  return { resources: { console: console.sink, disks }, text: console.text };
}

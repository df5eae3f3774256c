import { readFileSync } from "node:fs";
import type { MachineConfig } from "../../../workers/vmm/mod.ts";
import { machineModeRound } from "../../differential/machine-mode.ts";
import { privilegedModesRound } from "../../differential/privileged-modes.ts";
import { elfPath, type Guest, guests, sectorDisk } from "../../guests/guests.ts";
import { busyGuest } from "../../support/busy-guest.ts";
import { relayGuest } from "../../support/relay-guest.ts";
import { bareMetal } from "../../support/run-guest.ts";

const mebibyte = 2 ** 20;

/** A guest whose states are hashed on its way. */
export interface Subject {
  readonly name: string;
  readonly config: () => MachineConfig;
  readonly disk?: () => Uint8Array;
  /** Typed before the guest starts. */
  readonly input: string;
  /** Steps between two hashes. */
  readonly interval: number;
  /** Hashes at most; the run is left there. */
  readonly links: number;
}

/** Where it is not each 10,000 steps, or 1 M of a benchmark, that a guest is looked at. */
const intervals: Readonly<Record<string, readonly [interval: number, links: number]>> = {
  paging: [40_000, 20],
  sv48: [15_000, 20],
  spinlock: [150_000, 20],
  ipi: [20_000, 20],
  "virtio-blk": [50_000, 20],
  // What they fill is hashed each time: 8 MiB and 64.
  "bench-memory": [2_000_000, 5],
  "bench-chase": [5_000_000, 3],
};

function own(guest: Guest): Subject {
  const { name, disk, harts = 1, input = "", ramMebibytes = 64 } = guest;
  const [interval, links] = intervals[name] ?? [guest.bench ? 1_000_000 : 10_000, 20];
  return {
    ...{ name, input, interval, links },
    config: () =>
      bareMetal(readFileSync(elfPath(name)), {
        ...{ ramBytes: ramMebibytes * mebibyte, harts },
        virtio: disk ? [{ kind: "block", slot: 0, disk: "disk", readOnly: false }] : [],
      }),
    ...(disk && { disk: sectorDisk }),
  };
}

const generated = (name: string, config: () => MachineConfig): Subject => ({
  ...{ name, config, input: "", interval: 50_000, links: 20 },
});

export const subjects: readonly Subject[] = [
  ...guests.map(own),
  generated("timer interrupts and wfi", () => bareMetal(busyGuest(1000))),
  ...[1, 2, 4].map((harts) =>
    generated(`token among ${harts} harts`, () => bareMetal(relayGuest(harts, 300), { harts })),
  ),
  generated("random programs in M-mode", () => {
    const { suite, programs } = machineModeRound(1, [], 200);
    return bareMetal(suite.build(programs).bytes, { ramBytes: 64 * mebibyte });
  }),
  generated("random programs in all modes", () => {
    const { suite, programs } = privilegedModesRound(1, 100);
    return bareMetal(suite.build(programs).bytes, { ramBytes: 64 * mebibyte });
  }),
];

import { readFileSync } from "node:fs";
import type { MachineConfig } from "../../../workers/vmm/mod.ts";
import { machineModeRound } from "../../differential/machine-mode.ts";
import { privilegedModesRound } from "../../differential/privileged-modes.ts";
import { elfPath, guests, sectorDisk } from "../../guests/guests.ts";
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

function own(name: string, interval: number): Subject {
  const guest = guests.find((one) => one.name === name);
  if (!guest) throw new Error(`no guest is named ${name}`);
  const { disk, input = "" } = guest;
  return {
    ...{ name, input, interval, links: 20 },
    config: () =>
      bareMetal(readFileSync(elfPath(name)), {
        ramBytes: 64 * mebibyte,
        virtio: disk ? [{ kind: "block", slot: 0, disk: "disk", readOnly: false }] : [],
      }),
    ...(disk && { disk: sectorDisk }),
  };
}

const generated = (name: string, config: () => MachineConfig): Subject => ({
  ...{ name, config, input: "", interval: 50_000, links: 20 },
});

export const subjects: readonly Subject[] = [
  own("hello", 10_000),
  own("traps", 10_000),
  own("timer", 50_000),
  own("paging", 10_000),
  own("virtio-blk", 10_000),
  own("bench-memory", 1_000_000),
  own("bench-syscall", 1_000_000),
  own("bench-float", 1_000_000),
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

/**
 * A run that moves between monitors, at whatever step and in whatever way, computes and counts what it
 * does when it is left alone.
 */

import { readFileSync } from "node:fs";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { MemoryBlock } from "../../workers/host/block-memory.ts";
import { compiler } from "../../workers/host/compiler.ts";
import { nativeHash } from "../../workers/host/native-hash.ts";
import { migrationModes } from "../../workers/vmm/migration/protocol.ts";
import {
  guestExits,
  type Machine,
  type MachineConfig,
  type MachineResources,
  Monitor,
} from "../../workers/vmm/mod.ts";
import { elfPath, sectorDisk } from "../guests/guests.ts";
import { busyGuest } from "../support/busy-guest.ts";
import { eagerHeat } from "../support/eager-heat.ts";
import { migrate } from "../support/migrate.ts";
import { relayGuest } from "../support/relay-guest.ts";
import { bareMetal, recordedConsole } from "../support/run-guest.ts";

const mebibyte = 2 ** 20;
const engines = ["interpret", "trap-and-emulate", "translate"] as const;
/** Set MOVED_RUNS for a longer search. */
const numRuns = Number(process.env.MOVED_RUNS ?? 3);
const timeout = 20_000 + 10_000 * numRuns;

const monitors = [0, 1].map(() =>
  Monitor.create({ compiler, memoryBytes: 256 * mebibyte, heat: eagerHeat }),
) as [Monitor, Monitor];
const before = monitors.map(({ inUse }) => inUse);
afterAll(() => {
  expect(
    monitors.map(({ inUse }) => inUse),
    "all is given back",
  ).toEqual(before);
});

interface Guest {
  readonly config: () => MachineConfig;
  readonly hasDisk?: boolean;
}

const elf = (name: string, changes: Partial<MachineConfig> = {}) =>
  bareMetal(readFileSync(elfPath(name)), changes);
const disk = { kind: "block", slot: 0, disk: "disk", readOnly: false } as const;
const guests: Readonly<Record<string, Guest>> = {
  paging: { config: () => elf("paging") },
  traps: { config: () => elf("traps") },
  "virtio-blk": { config: () => elf("virtio-blk", { virtio: [disk] }), hasDisk: true },
  "timer interrupts": { config: () => bareMetal(busyGuest(300)) },
  "a token among two harts": { config: () => bareMetal(relayGuest(2, 100), { harts: 2 }) },
  "bench-memory": { config: () => elf("bench-memory", { ramBytes: 64 * mebibyte }) },
};
/** The run is left there: benchmarks are long. */
const mostSteps = 6_000_000;

function outcome(machine: Machine, console: string) {
  return {
    hash: machine.stateHash(nativeHash),
    steps: machine.steps,
    exits: guestExits(machine.exitCounts()),
    console,
  };
}

function start(guest: Guest, engine: (typeof engines)[number]) {
  const console = recordedConsole();
  const disks = new Map(guest.hasDisk ? [["disk", new MemoryBlock(sectorDisk())]] : []);
  const resources: MachineResources = { console: console.sink, disks };
  const machine = monitors[0].createMachine({ ...guest.config(), engine }, resources);
  return { machine, resources, console };
}

const totals = { zero: 0, plain: 0, delta: 0, later: 0, demanded: 0 };

async function moved(
  guest: Guest,
  engine: (typeof engines)[number],
  moves: readonly { after: number; slice: number; mode: (typeof migrationModes)[number] }[],
) {
  const { machine: first, resources, console } = start(guest, engine);
  let machine = first;
  let here = 0;
  for (const { after, slice, mode } of moves) {
    if (machine.run(Math.min(after, mostSteps - machine.steps)).kind !== "budget") break;
    const left = ({ steps }: Machine) => Math.max(0, Math.min(slice, mostSteps - steps));
    const to = monitors[1 - here] as Monitor;
    const { source, destination } = await migrate({ machine, to, resources, mode, slice: left });
    expect([source.state, destination.state]).toEqual(["completed", "completed"]);
    const { kinds, laterPages, demandedPages } = source.statistics;
    for (const kind of ["zero", "plain", "delta"] as const) totals[kind] += kinds[kind].pages;
    totals.later += laterPages;
    totals.demanded += demandedPages;
    machine.dispose();
    machine = destination.machine;
    here = 1 - here;
  }
  if (machine.steps < mostSteps) machine.run(mostSteps - machine.steps);
  const result = outcome(machine, console.text());
  machine.dispose();
  return result;
}

describe.each(engines)("a moved run computes and counts what it does at home (%s)", (engine) => {
  test.each(Object.entries(guests))(
    "%s",
    async (_name, guest) => {
      const alone = start(guest, engine);
      alone.machine.run(mostSteps);
      const steps = alone.machine.steps;
      const expected = outcome(alone.machine, alone.console.text());
      alone.machine.dispose();
      const move = fc.record({
        after: fc.integer({ min: 1, max: Math.ceil(steps / 3) }),
        slice: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 100, max: 20_000 })),
        mode: fc.constantFrom(...migrationModes),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(move, { minLength: 1, maxLength: 4 }), async (moves) => {
          expect(await moved(guest, engine, moves)).toEqual(expected);
        }),
        // To make an example smaller takes longer than to look at it.
        { numRuns, endOnFailure: true },
      );
    },
    timeout,
  );
});

test("the moves used all ways to send a page", () => {
  for (const [way, pages] of Object.entries(totals)) expect(pages, way).toBeGreaterThan(0);
});

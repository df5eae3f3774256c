/**
 * Real machines that are struck while they move: whatever happens at whichever point, one side has
 * the run in the end, or it is replayed, and the run is the one that was left alone.
 */

import { afterAll, describe, expect, test } from "vitest";
import { compiler } from "../../workers/host/compiler.ts";
import { nativeHash } from "../../workers/host/native-hash.ts";
import { faultPoints } from "../../workers/vmm/migration/fault-points.ts";
import { type MigrationMode, migrationModes } from "../../workers/vmm/migration/protocol.ts";
import { guestExits, type Machine, Monitor } from "../../workers/vmm/mod.ts";
import { busyGuest } from "../support/busy-guest.ts";
import { channelFaults, memoryPipe, type PlannedFault } from "../support/memory-channel.ts";
import { type MoveOptions, migrate } from "../support/migrate.ts";
import { bareMetal, recordedConsole } from "../support/run-guest.ts";
import { TestAuthority } from "../support/test-authority.ts";

const mebibyte = 2 ** 20;
const monitors = [0, 1].map(() => Monitor.create({ compiler, memoryBytes: 128 * mebibyte })) as [
  Monitor,
  Monitor,
];
const before = monitors.map(({ inUse }) => inUse);
afterAll(() => {
  expect(
    monitors.map(({ inUse }) => inUse),
    "all is given back",
  ).toEqual(before);
});

const config = bareMetal(busyGuest(300), { engine: "interpret" });
const image = { console: { write: () => {} }, disks: new Map() };

function outcome(machine: Machine) {
  return { hash: machine.stateHash(nativeHash), exits: guestExits(machine.exitCounts()) };
}

/** What the run comes to that nobody disturbs, and its state when it begins to move. */
const expected = (() => {
  const console = recordedConsole();
  const machine = monitors[0].createMachine(config, { ...image, console: console.sink });
  machine.run(1e9);
  const result = { ...outcome(machine), text: console.text() };
  machine.dispose();
  return result;
})();

const passed = new Set<string>();

interface Struck extends Partial<MoveOptions> {
  readonly mode: MigrationMode;
  readonly faults?: readonly PlannedFault[];
  /** A side that dies, and after how many turns. */
  readonly death?: { readonly side: "source" | "destination"; readonly turn: number };
}

/** Moves the guest under faults, looks who has it, and lets it go on there to its end. */
async function strike({ mode, faults = [], death, ...options }: Struck) {
  const console = recordedConsole();
  const resources = { ...image, console: console.sink };
  const machine = monitors[0].createMachine(config, resources);
  machine.run(20_000);
  const text = console.text();
  const checkpoint = { state: machine.save(), ram: machine.ram.capture() };
  const pipe = memoryPipe({ faults });
  const authority = options.authority ?? new TestAuthority("run", "source");
  const move = await migrate({
    ...{ machine, to: monitors[1], resources, mode, pipe, authority, slice: () => 4000 },
    ...{ patience: 30, dead: death },
    ...options,
  });
  for (const point of pipe.passed) passed.add(point);
  const { source, destination } = move;
  const { owner } = authority.at("run");
  if (source.state === "reclaiming" || source.problem) passed.add("source:claim");
  if (destination.epoch > 0) passed.add("destination:claim");
  const isDead = death?.side === (owner === "destination" ? "destination" : "source");
  const isReplayed = isDead || destination.state === "lost";
  let survivor = machine;
  if (isReplayed) {
    // The worker that has the run is gone, or has only a part of it.
    survivor = monitors[0].restoreMachine(checkpoint.state, checkpoint.ram, resources);
  } else if (owner === "destination") {
    expect([destination.state, destination.epoch]).toEqual(["completed", 2]);
    survivor = destination.machine;
  } else {
    expect([source.state, source.epoch]).toEqual(["aborted", authority.at("run").epoch]);
  }
  const heard = console.text().length;
  if (survivor.run(1e9).kind === "budget") throw new Error("the guest does not end");
  const whole = isReplayed ? text + console.text().slice(heard) : console.text();
  expect({ ...outcome(survivor), text: whole }).toEqual(expected);
  if (destination.guest === "runs") destination.machine.dispose();
  else destination.dispose();
  if (survivor === machine || isReplayed) survivor.dispose();
  if (survivor !== machine) machine.dispose();
  checkpoint.ram.release();
  return { ...move, owner };
}

describe("whatever happens to the channel at a point, the run is one and the same", () => {
  const frames = faultPoints.filter((point) => !point.endsWith("claim"));
  describe.each(frames)("%s", (point) => {
    test.each(channelFaults)("%s", async (fault) => {
      let happened = 0;
      for (const mode of migrationModes) {
        const options: Struck = { mode, faults: [{ point, fault }] };
        const isAbort = point.endsWith(":abort");
        const side = point.split(":")[0] as "source" | "destination";
        const move = await strike({
          ...options,
          ...(isAbort && { cancelled: { side, turn: 3 } }),
        });
        happened += move.pipe.happened;
      }
      expect(happened).toBeGreaterThan(0);
    });
  });
});

describe("whoever dies, whenever, the run is one and the same", () => {
  const turns = Array.from({ length: 14 }, (_, turn) => turn);
  test.each(["source", "destination"] as const)(
    "%s",
    async (side) => {
      for (const mode of migrationModes) {
        for (const turn of turns) await strike({ mode, death: { side, turn } });
      }
    },
    60_000,
  );
});

describe("an authority that does not hear, or whose answers are lost, is asked again", () => {
  test.each([
    ["deaf", undefined],
    ["mute", undefined],
    ["deaf", "cut-before"],
    ["mute", "cut-before"],
    ["deaf", "cut-after"],
    ["mute", "cut-after"],
  ] as const)("%s, and the channel is %s at go", async (trouble, fault) => {
    for (const mode of migrationModes) {
      const authority = new TestAuthority("run", "source");
      authority[trouble] = 2;
      const faults: PlannedFault[] = fault ? [{ point: "source:go", fault }] : [];
      const { owner } = await strike({ mode, authority, faults, patience: 5000 });
      // Behind a `go` that may have arrived both sides ask, and either may be the first.
      const possible = fault === undefined ? ["destination"] : ["source again"];
      if (fault === "cut-after") possible.push("destination");
      expect(possible).toContain(owner);
      expect(authority.owners).toHaveLength(2);
    }
  });
});

test("a run that somebody else has taken over meanwhile goes on with neither side", async () => {
  const resources = { ...image };
  const machine = monitors[0].createMachine(config, resources);
  machine.run(20_000);
  const authority = new TestAuthority("run", "source");
  const pipe = memoryPipe();
  let turn = 0;
  const { source, destination } = await migrate({
    ...{ machine, to: monitors[1], resources, mode: "precopy", pipe, authority, slice: () => 4000 },
    between: () => {
      if (turn++ === 2) void authority.compareAndSet("run", 1, "control");
    },
  });
  expect([source.state, destination.state]).toEqual(["superseded", "aborted"]);
  expect([source.guest, destination.guest]).toEqual(["gone", "gone"]);
  expect(source.problem?.code).toBe("migration-refused");
  destination.dispose();
  machine.dispose();
});

test("each fault point was passed", () => {
  expect(faultPoints.filter((point) => !passed.has(point))).toEqual([]);
});

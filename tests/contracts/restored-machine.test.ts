import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { MemoryBlock } from "../../workers/host/block-memory.ts";
import { compiler } from "../../workers/host/compiler.ts";
import { nativeHash } from "../../workers/host/native-hash.ts";
import {
  type EngineName,
  guestExits,
  type Machine,
  Monitor,
  readSnapshot,
  writeSnapshot,
} from "../../workers/vmm/mod.ts";
import { Random } from "../differential/random.ts";
import { elfPath, type Guest, guests, sectorDisk } from "../guests/guests.ts";
import { eagerHeat } from "../support/eager-heat.ts";
import { bareMetal, recordedConsole } from "../support/run-guest.ts";

/**
 * The contract of a whole machine, by every engine: saved, written, read and restored in another
 * monitor at random steps, it is the machine that was left alone.
 */
const mebibyte = 2 ** 20;
const engines: readonly EngineName[] = ["interpret", "trap-and-emulate", "translate"];
const subjects = guests.filter(({ bench, exitCode }) => !bench && exitCode !== undefined);
const cuts = 5;
const most = 10 ** 8;

function makeMonitor(): Monitor {
  return Monitor.create({ compiler, memoryBytes: 128 * mebibyte, heat: eagerHeat });
}

function start(guest: Guest, engine: EngineName) {
  const console = recordedConsole();
  const disks = new Map(guest.disk && [["disk", new MemoryBlock(sectorDisk())]]);
  const resources = { console: console.sink, disks };
  const config = bareMetal(readFileSync(elfPath(guest.name)), {
    ...{ engine, harts: guest.harts ?? 1, ramBytes: 16 * mebibyte },
    virtio: guest.disk ? [{ kind: "block", slot: 0, disk: "disk", readOnly: false }] : [],
  });
  const machine = makeMonitor().createMachine(config, resources);
  machine.sendConsole(new TextEncoder().encode(guest.input ?? ""));
  return { machine, resources, text: console.text };
}

function outcome(machine: Machine, text: () => string) {
  const reason = machine.run(most);
  const exits = guestExits(machine.exitCounts());
  const { steps, retired } = machine;
  return { reason, steps, retired, exits, hash: machine.stateHash(nativeHash), text: text() };
}

describe.each(engines)("by %s", (engine) => {
  test.each(subjects)("$name", (guest) => {
    const alone = start(guest, engine);
    const whole = outcome(alone.machine, alone.text);
    const random = new Random(guest.name.length + engine.length);
    const places = Array.from({ length: cuts }, () => random.between(1, whole.steps - 1));
    let { machine, resources, text } = start(guest, engine);
    for (const place of places.sort((a, b) => a - b)) {
      machine.run(place - machine.steps);
      const hash = machine.stateHash(nativeHash);
      const { state, ram } = readSnapshot(writeSnapshot(machine));
      const restored = makeMonitor().restoreMachine(state, ram, resources);
      expect(restored.stateHash(nativeHash)).toBe(hash);
      expect(restored.save()).toEqual(state);
      machine = restored;
    }
    expect(outcome(machine, text)).toEqual(whole);
  });
});

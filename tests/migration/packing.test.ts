/** Migrations whose pages another thread reads out of the machine memory while the guest writes to them. */
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, describe, expect, test } from "vitest";
import { compiler } from "../../workers/host/compiler.ts";
import { zstd } from "../../workers/host/zstd.ts";
import type { PackingPort, ServedPackingPort } from "../../workers/runtime/packing/packing-port.ts";
import type { PackingThread } from "../../workers/runtime/packing/packing-thread.ts";
import { PortPacker } from "../../workers/runtime/packing/port-packer.ts";
import { spawnNodePacking } from "../../workers/runtime/packing/spawn-node-packing.ts";
import { type Machine, Monitor, type OpenPacker } from "../../workers/vmm/mod.ts";
import { type MoveOptions, migrate } from "../support/migrate.ts";
import { bareMetal } from "../support/run-guest.ts";
import { scribblingGuest } from "../support/scribbling-guest.ts";

const mebibyte = 2 ** 20;
const [here, there] = [0, 1].map(() =>
  Monitor.create({ compiler, memoryBytes: 256 * mebibyte }),
) as [Monitor, Monitor];
const before = [here.inUse, there.inUse];
const resources = { console: { write: () => {} }, disks: new Map() };
const threads: PackingThread[] = [];
afterAll(async () => {
  await Promise.all(threads.map((thread) => thread.terminate()));
  expect([here.inUse, there.inUse], "all is given back").toEqual(before);
});

function spawn(): PackingThread {
  const thread = spawnNodePacking(() => undefined);
  threads.push(thread);
  return thread;
}

/** @param answered called with each answer of the thread's */
function packerOf(thread: PackingThread, answered: () => void = () => undefined): OpenPacker {
  const { port1, port2 } = new MessageChannel();
  thread.connect(port2 as unknown as ServedPackingPort);
  return (options) => new PortPacker(port1 as unknown as PackingPort, options, answered);
}

/** A guest that writes to 600 pages as fast as it can, in the middle of its work. */
function scribbler(): Machine {
  const guest = scribblingGuest(600, 20_000);
  const config = bareMetal(guest, { engine: "interpret", ramBytes: 16 * mebibyte });
  const machine = here.createMachine(config, resources);
  machine.run(20_000);
  return machine;
}

const expected = (() => {
  const machine = scribbler();
  machine.run(1e10);
  const hash = machine.stateHash();
  machine.dispose();
  return hash;
})();

const move = (machine: Machine, options: Partial<MoveOptions>) =>
  migrate({
    ...{ machine, to: there, resources, slice: () => 20_000, turn: () => wait(1) },
    limits: { downtime: -1, mostRounds: 6 },
    ...(zstd && { compressions: [zstd] }),
    ...options,
    // The thread has to begin first.
    destination: { patience: 30_000, ...(zstd && { compressions: [zstd] }) },
  });

describe("a guest whose pages another thread says", () => {
  const thread = spawn();

  test("is there what it would have been here, though it writes to what is read", async () => {
    const machine = scribbler();
    const { source, destination } = await move(machine, {
      packer: packerOf(thread),
      // By a clock that stands still it is never held back.
      now: () => 0,
    });
    expect([source.state, destination.state]).toEqual(["completed", "completed"]);
    const { kinds, compressed, rounds } = source.statistics;
    expect(rounds).toHaveLength(6);
    expect(kinds.delta.pages).toBeGreaterThan(600);
    expect(compressed.to).toBeLessThan(compressed.from);
    destination.machine.run(1e10);
    expect(destination.machine.stateHash()).toBe(expected);
    destination.machine.dispose();
    machine.dispose();
  });

  test("sends no page that the destination has already", async () => {
    const machine = scribbler();
    const twin = scribbler();
    const content = {
      name: "twin",
      page: (page: number) => [...twin.ram.contents([page])][0]?.bytes,
    };
    const { source, destination } = await migrate({
      ...{ machine, to: there, resources, slice: () => 20_000, turn: () => wait(1) },
      ...{ contents: [content], packer: packerOf(thread) },
      destination: { content: (name) => (name === "twin" ? content : undefined) },
    });
    expect(source.statistics.kinds.known.pages).toBeGreaterThan(0);
    expect(source.statistics.kinds.plain.pages).toBe(0);
    destination.machine.run(1e10);
    expect(destination.machine.stateHash()).toBe(expected);
    for (const one of [destination.machine, machine, twin]) one.dispose();
  });

  test("goes on here where that thread cannot read them", async () => {
    const machine = scribbler();
    const { port1, port2 } = new MessageChannel();
    thread.connect(port2 as unknown as ServedPackingPort);
    const deaf: PackingPort = Object.assign(port1 as unknown as PackingPort, {});
    const say = deaf.postMessage.bind(deaf);
    // The thread is never told where the pages are.
    deaf.postMessage = (word) => {
      if (word.type !== "open") say(word);
    };
    const { source, destination } = await move(machine, {
      packer: (options) => new PortPacker(deaf, options, () => undefined),
    });
    expect(source.state).toBe("aborted");
    expect(source.problem?.code).toBe("migration-packing-failed");
    expect(destination.state).toBe("aborted");
    destination.dispose();
    machine.run(1e10);
    expect(machine.stateHash()).toBe(expected);
    machine.dispose();
  });

  test("goes on here where that thread dies", async () => {
    const dying = spawn();
    const machine = scribbler();
    const { source, destination } = await move(machine, {
      packer: packerOf(dying, () => void dying.terminate()),
      patience: 100,
    });
    expect([source.state, source.problem?.code]).toEqual(["aborted", "migration-stalled"]);
    destination.dispose();
    machine.run(1e10);
    expect(machine.stateHash()).toBe(expected);
    machine.dispose();
  });
});

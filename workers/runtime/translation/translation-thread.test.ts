import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { asm, assemble, type Line } from "../../../tests/support/assembler.ts";
import { eagerHeat } from "../../../tests/support/eager-heat.ts";
import { compiler } from "../../host/compiler.ts";
import { nativeHash } from "../../host/native-hash.ts";
import { Monitor } from "../../vmm/mod.ts";
import { LastingTranslation } from "./lasting-translation.ts";
import { PortTranslation } from "./port-translation.ts";
import { spawnNodeTranslation } from "./spawn-node-translation.ts";
import type { ServedPort, TranslationPort } from "./translation-port.ts";
import type { SpawnTranslationThread, TranslationThread } from "./translation-thread.ts";

const memoryBytes = 2 ** 27;
const loop: readonly Line[] = [
  "outer",
  asm("addi", { rd: 5, imm: 200 }),
  "again",
  asm("addi", { rd: 10, rs1: 10, imm: 3 }),
  asm("addi", { rd: 5, rs1: 5, imm: -1 }),
  asm("bne", { rs1: 5, to: "again" }),
  asm("jal", { to: "outer" }),
];

function machineOf(monitor: Monitor) {
  return monitor.createMachine(
    {
      ...{ ramBytes: 2 ** 24, harts: 1, time: "virtual", seed: 0, virtio: [] },
      engine: "translate",
      boot: { firmware: "none", kernel: assemble(0x8000_0000, loop) },
    },
    { console: { write: () => undefined }, disks: new Map() },
  );
}

/** Runs slices of 1,000 steps until a region is there, however long that takes, and on to a million. */
async function runUntilTranslated(monitor: Monitor, machine: ReturnType<typeof machineOf>) {
  while (monitor.translations.regions === 0) {
    // Also without a step it takes over what has come: the thread may begin late.
    machine.run(machine.steps < 900_000 ? 1000 : 0);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  machine.run(1_000_000 - machine.steps);
}

describe("a thread that translates", () => {
  let thread: TranslationThread;
  beforeAll(() => {
    thread = spawnNodeTranslation(memoryBytes, () => undefined);
  });
  afterAll(() => thread.terminate());

  function monitorOf(client: number) {
    const { port1, port2 } = new MessageChannel();
    thread.connect(client, port2 as unknown as ServedPort);
    const translation = new PortTranslation(port1 as unknown as TranslationPort);
    const monitor = Monitor.create({ compiler, memoryBytes, translation, heat: eagerHeat });
    return { monitor, close: () => port1.close() };
  }

  test("lets guests go on meanwhile, and no guest can tell when it was done", async () => {
    const { monitor, close } = monitorOf(0);
    const machine = machineOf(monitor);
    machine.run(1000);
    expect(monitor.translations.regions).toBe(0);
    await runUntilTranslated(monitor, machine);
    const alone = machineOf(Monitor.create({ compiler, memoryBytes, heat: eagerHeat }));
    alone.run(1_000_000);
    expect(machine.stateHash(nativeHash)).toBe(alone.stateHash(nativeHash));
    expect(machine.exitCounts()).toEqual(alone.exitCounts());
    close();
  });

  test("compiles nothing twice for two monitors", async () => {
    const [first, second] = [monitorOf(1), monitorOf(2)];
    await runUntilTranslated(first.monitor, machineOf(first.monitor));
    await runUntilTranslated(second.monitor, machineOf(second.monitor));
    expect(second.monitor.translations.bytes).toBe(0);
    first.close();
    second.close();
  });

  test("owes a machine nothing that it does not wait for: what it is not told is interpreted", async () => {
    const { monitor, close } = monitorOf(3);
    thread.forget(3);
    const machine = machineOf(monitor);
    for (let turns = 0; turns < 20; turns++) {
      machine.run(5000);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(machine.steps).toBe(100_000);
    expect(monitor.translations).toMatchObject({ regions: 0, failed: 0 });
    close();
  });
});

describe("translation for a worker", () => {
  const alone = machineOf(Monitor.create({ compiler, memoryBytes, heat: eagerHeat }));
  alone.run(1_000_000);

  /** The last thread that was made. */
  let thread: TranslationThread | undefined;
  let spawned = 0;
  const spawn: SpawnTranslationThread = (bytes, onDeath) => {
    spawned++;
    thread = spawnNodeTranslation(bytes, onDeath);
    return thread;
  };
  /** An error that it does not catch: of a thing that is no port it wants what ports have. */
  const kill = () => {
    thread?.connect(99, new ArrayBuffer(8) as unknown as ServedPort);
    thread?.forget(99);
  };
  const reasons: string[] = [];
  let lasting: LastingTranslation;
  beforeEach(() => {
    spawned = 0;
    reasons.length = 0;
    lasting = new LastingTranslation(spawn, memoryBytes, (line) => reasons.push(line));
  });
  afterEach(() => lasting.terminate());

  function monitorOf(client: number) {
    const translation = new PortTranslation();
    const ports: (TranslationPort | undefined)[] = [];
    lasting.connect(client, (port) => {
      ports.push(port);
      translation.renew(port);
    });
    const monitor = Monitor.create({ compiler, memoryBytes, translation, heat: eagerHeat });
    // Node goes on as long as one of them is listened to.
    const close = () => {
      for (const port of ports) (port as MessagePort | undefined)?.close();
    };
    return { monitor, close };
  }

  test("outlives the thread that does it: another one is asked, also for what the first one owed", async () => {
    const { monitor, close } = monitorOf(0);
    const machine = machineOf(monitor);
    kill();
    // Before anybody knows: the dead thread is asked.
    machine.run(2000);
    await expect.poll(() => reasons).toEqual([expect.stringContaining("another one takes")]);
    await runUntilTranslated(monitor, machine);
    expect(spawned).toBe(2);
    expect(machine.stateHash(nativeHash)).toBe(alone.stateHash(nativeHash));
    expect(machine.exitCounts()).toEqual(alone.exitCounts());
    close();
  });

  test("is given up when thread after thread dies, and then all is interpreted", async () => {
    const { monitor, close } = monitorOf(0);
    for (let deaths = 1; deaths <= 4; deaths++) {
      kill();
      await expect.poll(() => reasons.length).toBe(deaths);
    }
    expect(spawned).toBe(4);
    expect(reasons.at(-1)).toContain("stays interpreted");
    const later = monitorOf(1);
    for (const each of [monitor, later.monitor]) {
      const machine = machineOf(each);
      machine.run(1_000_000);
      expect(each.translations.regions).toBe(0);
      expect(machine.stateHash(nativeHash)).toBe(alone.stateHash(nativeHash));
      expect(machine.exitCounts()).toEqual(alone.exitCounts());
    }
    close();
    later.close();
  });
});

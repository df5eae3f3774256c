import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { asm, assemble, type Line } from "../../../tests/support/assembler.ts";
import { eagerHeat } from "../../../tests/support/eager-heat.ts";
import { compiler } from "../../host/compiler.ts";
import { nativeHash } from "../../host/native-hash.ts";
import { Monitor } from "../../vmm/mod.ts";
import { PortTranslation } from "./port-translation.ts";
import { spawnNodeTranslation } from "./spawn-node-translation.ts";
import type { ServedPort, TranslationPort } from "./translation-port.ts";
import type { TranslationThread } from "./translation-thread.ts";

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

describe("a thread that translates", () => {
  let thread: TranslationThread;
  beforeAll(() => {
    thread = spawnNodeTranslation(memoryBytes);
  });
  afterAll(() => thread.terminate());

  function monitorOf(client: number) {
    const { port1, port2 } = new MessageChannel();
    thread.connect(client, port2 as unknown as ServedPort);
    const translation = new PortTranslation(port1 as unknown as TranslationPort);
    const monitor = Monitor.create({ compiler, memoryBytes, translation, heat: eagerHeat });
    return { monitor, close: () => port1.close() };
  }

  /** Runs slices of 1,000 steps until a region is there, however long that takes, and on to a million. */
  async function runUntilTranslated(monitor: Monitor, machine: ReturnType<typeof machineOf>) {
    while (monitor.translations.regions === 0) {
      if (machine.steps < 900_000) machine.run(1000);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    machine.run(1_000_000 - machine.steps);
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

  test("may die: what is not translated by then is interpreted", async () => {
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

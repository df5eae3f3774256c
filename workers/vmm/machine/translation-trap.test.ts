import { describe, expect, test } from "vitest";
import { asm, type Line } from "../../../tests/support/assembler.ts";
import { eagerHeat } from "../../../tests/support/eager-heat.ts";
import { bareMetal, recordedConsole } from "../../../tests/support/run-guest.ts";
import { trappingCompiler } from "../../../tests/support/trapping-compiler.ts";
import { type TrapKind, trapKinds } from "../../../tests/support/trapping-module.ts";
import { compiler } from "../../host/compiler.ts";
import { TranslationTrap } from "../base/translation-trap.ts";
import type { EngineName, Machine } from "./config.ts";
import { Monitor } from "./monitor.ts";

const memoryBytes = 2 ** 27;
const steps = 60_000;
/** Two loops; what one computes the other needs. */
const guest: readonly Line[] = [
  "start",
  asm("addi", { rd: 5, imm: 40 }),
  "first",
  asm("addi", { rd: 10, rs1: 10, imm: 3 }),
  asm("addi", { rd: 5, rs1: 5, imm: -1 }),
  asm("bne", { rs1: 5, to: "first" }),
  asm("addi", { rd: 6, imm: 30 }),
  "second",
  asm("xor", { rd: 11, rs1: 11, rs2: 10 }),
  asm("csrrs", { rd: 12, csr: 0xb00 }),
  asm("addi", { rd: 6, rs1: 6, imm: -1 }),
  asm("bne", { rs1: 6, to: "second" }),
  asm("jal", { to: "start" }),
];

const resources = () => ({ console: recordedConsole().sink, disks: new Map() });

function machineOf(monitor: Monitor, engine: EngineName = "translate", translates = true): Machine {
  return monitor.createMachine(bareMetal(guest, { engine }), { ...resources(), translates });
}

const trappingMonitor = (kind: TrapKind, traps: (module: number) => boolean) =>
  Monitor.create({
    ...{ memoryBytes, heat: eagerHeat },
    compiler: trappingCompiler(compiler, kind, traps),
  });

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}

/** What a machine has come to. */
function outcomeOf(machine: Machine) {
  return { hash: machine.stateHash(), exits: machine.exitCounts() };
}

function expectedOf(engine: EngineName = "translate") {
  const machine = machineOf(Monitor.create({ compiler, memoryBytes, heat: eagerHeat }), engine);
  machine.run(steps);
  return outcomeOf(machine);
}

describe.each(trapKinds)("a region that ends in a trap (%s)", (kind) => {
  test("ends the run with a failure of its own, and nothing is believed of the machine any more", () => {
    const monitor = trappingMonitor(kind, () => true);
    const before = monitor.inUse;
    const machine = machineOf(monitor);
    const trap = thrownBy(() => machine.run(steps));
    expect(trap).toBeInstanceOf(TranslationTrap);
    expect(trap).toMatchObject({
      code: "translation-trap",
      message: expect.stringContaining("translated code has failed on this host"),
      hint: expect.stringContaining("-engine interpret"),
    });
    for (const act of [
      () => machine.run(1),
      () => machine.save(),
      () => machine.fork(resources()),
      () => machine.stateHash(),
      () => machine.debug.step(0, {}),
    ]) {
      expect(thrownBy(act)).toBe(trap);
    }
    machine.dispose();
    expect(monitor.inUse).toEqual(before);
  });

  test("is not entered again: the monitor's next machine comes to its end", () => {
    const monitor = trappingMonitor(kind, (module) => module === 0);
    const first = machineOf(monitor);
    expect(thrownBy(() => first.run(steps))).toBeInstanceOf(TranslationTrap);
    first.dispose();
    const second = machineOf(monitor);
    second.run(steps);
    expect(outcomeOf(second)).toEqual(expectedOf());
    expect(monitor.translations.failed).toBe(1);
  });

  test("is no other machine's concern", () => {
    const monitor = trappingMonitor(kind, (module) => module === 0);
    const neighbour = machineOf(monitor, "translate", false);
    neighbour.run(steps / 2);
    const machine = machineOf(monitor);
    expect(thrownBy(() => machine.run(steps))).toBeInstanceOf(TranslationTrap);
    neighbour.run(steps / 2);
    expect(outcomeOf(neighbour)).toEqual(expectedOf());
  });
});

describe("a machine that is not to be translated", () => {
  test.each(["translate", "trap-and-emulate", "interpret"] as const)(
    "comes to the same with the engine %s, exit for exit",
    (engine) => {
      const monitor = trappingMonitor("unreachable", () => true);
      const machine = machineOf(monitor, engine, false);
      machine.run(steps);
      expect(outcomeOf(machine)).toEqual(expectedOf(engine));
      expect(monitor.translations.modules).toBe(0);
    },
  );

  test("goes on from what one that was translated has saved, or as its clone", () => {
    const monitor = Monitor.create({ compiler, memoryBytes, heat: eagerHeat });
    const machine = machineOf(monitor);
    machine.run(steps / 2);
    const before = monitor.translations.regions;
    expect(before).toBeGreaterThan(0);
    const image = machine.ram.capture();
    const untranslated = { ...resources(), translates: false };
    const restored = monitor.restoreMachine(machine.save(), image, untranslated);
    const clone = machine.fork(untranslated);
    for (const each of [restored, clone]) {
      each.run(steps / 2);
      expect(outcomeOf(each)).toEqual(expectedOf());
    }
    expect(monitor.translations.regions).toBe(before);
    image.release();
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { asm, assemble, type Line } from "../../../tests/support/assembler.ts";
import { eagerHeat } from "../../../tests/support/eager-heat.ts";
import { bareMetal, recordedConsole, smallMonitor } from "../../../tests/support/run-guest.ts";
import { compiler } from "../../host/compiler.ts";
import type { MachineConfig } from "./config.ts";
import { debugRegisters } from "./debug-port.ts";
import { Monitor } from "./monitor.ts";

const start = 0x8000_0000;
const monitor = smallMonitor();

/** Counts up, takes an interrupt now and then, and has an instruction across two pages. */
const program: Line[] = [
  asm("auipc", { rd: 8, imm: 0x2000 }),
  "again",
  asm("addi", { rd: 9, rs1: 9, imm: 1 }),
  asm("sd", { rs1: 8, rs2: 9, imm: 0 }),
  asm("amoadd.d", { rd: 10, rs1: 8, rs2: 9 }),
  asm("ld", { rd: 11, rs1: 8, imm: 0 }),
  asm("jal", { rd: 0, to: "far" }),
  ...Array.from({ length: 1017 }, () => 0),
  asm("c.mv", { rd: 5, rs2: 6 }),
  "far",
  asm("xor", { rd: 12, rs1: 12, rs2: 11 }),
  asm("jal", { rd: 0, to: "again" }),
];

function machineOf(changes: Partial<MachineConfig> = {}) {
  return monitor.createMachine(bareMetal(assemble(start, program), changes), {
    console: recordedConsole().sink,
    disks: new Map(),
  });
}

describe("breakpoints", () => {
  test("stop at an instruction that straddles two pages", () => {
    const machine = machineOf();
    const far = BigInt(start + 24 + 4 * 1017 + 2);
    machine.debug.setBreakpoints([far]);
    expect(machine.run(1000)).toEqual({ kind: "debug", hart: 0 });
    expect(machine.debug.readRegister(0, debugRegisters.pc)).toBe(far);
    machine.dispose();
  });

  test("elsewhere in an address space, but in the same places of pages, change nothing", () => {
    const plain = machineOf({ harts: 2 });
    plain.run(5000);
    const hash = plain.stateHash();
    plain.dispose();
    const offsets = fc.array(fc.integer({ min: 0, max: 2047 }), { maxLength: 20 });
    fc.assert(
      fc.property(offsets, fc.integer({ min: 1, max: 4999 }), (places, cut) => {
        const machine = machineOf({ harts: 2 });
        machine.debug.setBreakpoints(places.map((place) => BigInt(0x7000_0000 + 2 * place)));
        machine.run(cut);
        machine.debug.setBreakpoints([]);
        machine.run(5000 - cut);
        expect(machine.stateHash()).toBe(hash);
        machine.dispose();
      }),
      { numRuns: 20 },
    );
  });

  test("of one machine do not stop another that executes the same code", () => {
    const [debugged, other] = [machineOf(), machineOf()];
    debugged.debug.setBreakpoints([BigInt(start + 4)]);
    expect(other.run(1000)).toEqual({ kind: "budget" });
    expect(debugged.run(1000).kind).toBe("debug");
    debugged.dispose();
    other.dispose();
  });
});

describe("translated code", () => {
  test("is given up by a machine with breakpoints, kept by the others, and made again behind them", () => {
    const hot = Monitor.create({ compiler, memoryBytes: 2 ** 27, heat: eagerHeat });
    const loop: Line[] = [
      asm("auipc", { rd: 8, imm: 0x2000 }),
      "again",
      ...Array.from({ length: 8 }, () => asm("addi", { rd: 9, rs1: 9, imm: 1 })),
      asm("sd", { rs1: 8, rs2: 9, imm: 0 }),
      asm("jal", { rd: 0, to: "again" }),
    ];
    const make = () =>
      hot.createMachine(bareMetal(assemble(start, loop), { engine: "translate" }), {
        console: recordedConsole().sink,
        disks: new Map(),
      });
    const [debugged, other] = [make(), make()];
    for (const machine of [debugged, other]) machine.run(200_000);
    const { regions } = hot.inUse;
    expect(regions).toBeGreaterThan(1);
    debugged.debug.setBreakpoints([0x7000_0000n]);
    const left = hot.inUse.regions;
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThan(regions);
    for (const machine of [debugged, other]) machine.run(200_000);
    expect(hot.inUse.regions).toBe(left);
    debugged.debug.setBreakpoints([]);
    debugged.run(200_000);
    expect(hot.inUse.regions).toBeGreaterThan(left);
    other.run(200_000);
    expect(debugged.stateHash()).toBe(other.stateHash());
    expect(debugged.exitCounts()).toEqual(other.exitCounts());
    for (const machine of [debugged, other]) machine.dispose();
  });
});

describe("watchpoints", () => {
  test.each([
    ["store", 8, [8, 12]],
    ["load", 8, [12, 16]],
    ["access", 1, [8, 12, 16]],
  ] as const)(
    "on a %s stop before each such instruction, atomic ones too",
    (kind, bytes, offsets) => {
      const machine = machineOf();
      const { debug } = machine;
      const address = BigInt(start + 0x2000);
      debug.setWatchpoints([{ kind, address, bytes }]);
      for (const offset of [...offsets, ...offsets]) {
        expect(machine.run(1000)).toEqual({
          kind: "debug",
          hart: 0,
          watchpoint: { kind, address },
        });
        expect(debug.readRegister(0, debugRegisters.pc)).toBe(BigInt(start + offset));
        debug.step(0, { passingWatchpoints: true });
      }
      debug.setWatchpoints([]);
      expect(machine.run(1000)).toEqual({ kind: "budget" });
      machine.dispose();
    },
  );

  test("that are never met change nothing but the exits", () => {
    const [plain, watched] = [machineOf(), machineOf()];
    watched.debug.setWatchpoints([
      { kind: "access", address: BigInt(start + 0x2010), bytes: 8 },
      { kind: "store", address: 0n, bytes: 1 },
    ]);
    for (const machine of [plain, watched]) expect(machine.run(3000)).toEqual({ kind: "budget" });
    expect(watched.stateHash()).toBe(plain.stateHash());
    plain.dispose();
    watched.dispose();
  });
});

describe("single steps", () => {
  test("of a lone hart lead where running leads", () => {
    const [stepped, ran] = [machineOf(), machineOf()];
    for (let n = 0; n < 200; n++) expect(stepped.debug.step(0, {})).toBeUndefined();
    ran.run(200);
    expect(stepped.stateHash()).toBe(ran.stateHash());
    stepped.dispose();
    ran.dispose();
  });
});

describe("looking", () => {
  test("at everything there is changes nothing", () => {
    const [plain, seen] = [machineOf(), machineOf()];
    for (const machine of [plain, seen]) machine.run(777);
    const { debug } = seen;
    const values = debug.csrs.map(({ number }) => debug.readRegister(0, 65 + number));
    expect(values.filter((value) => value === undefined)).toEqual([]);
    for (const address of [0n, 0x1000n, 0x1000_0000n, BigInt(start), 2n ** 64n - 8n]) {
      debug.readMemory(0, address, 64);
      debug.disassemble(0, address);
    }
    expect([...debug.mappings(0)]).toEqual([]);
    expect(seen.stateHash()).toBe(plain.stateHash());
    expect(seen.exitCounts()).toEqual(plain.exitCounts());
    plain.dispose();
    seen.dispose();
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { asm, type Line, loadConstant } from "../../../tests/support/assembler.ts";
import { bareMetal, recordedConsole, smallMonitor } from "../../../tests/support/run-guest.ts";
import { counterEvent } from "../hart/event-counters.ts";
import { debugRegisters } from "./debug-port.ts";

const monitor = smallMonitor();
const csr = { mie: 0x304, mtvec: 0x305, mepc: 0x341, mcause: 0x342, mhartid: 0xf14 };
const counting = { mhpmevent3: 0x323, mhpmcounter3: 0xb03 };
const handler = 0x8000_0200;
const overflowEnable = 1 << 13;

/**
 * Starts a counter so many steps before its overflow, then counts in a loop of two instructions;
 * odd harts too, without a counter. The handler keeps the loop's count and where it was.
 */
function guest(event: bigint, steps: number): Line[] {
  const program = [
    ...loadConstant(5, handler),
    asm("csrrw", { rs1: 5, csr: csr.mtvec }),
    asm("csrrs", { rd: 6, csr: csr.mhartid }),
    asm("bne", { rs1: 6, to: "loop" }),
    ...loadConstant(5, overflowEnable),
    asm("csrrw", { rs1: 5, csr: csr.mie }),
    asm("csrrwi", { rs1: 8, csr: 0x300 }),
    asm("csrrwi", { rs1: Number(event), csr: counting.mhpmevent3 }),
    ...loadConstant(5, steps),
    asm("sub", { rd: 5, rs2: 5 }),
    asm("csrrw", { rs1: 5, csr: counting.mhpmcounter3 }),
    "loop",
    asm("addi", { rd: 9, rs1: 9, imm: 1 }),
    asm("jal", { to: "loop" }),
  ] as const;
  const bytes = program.reduce<number>((sum, line) => sum + (typeof line === "string" ? 0 : 4), 0);
  const padding = Array.from({ length: (0x200 - bytes) / 4 }, () => asm("addi"));
  return [
    ...program,
    ...padding,
    asm("csrrs", { rd: 10, csr: csr.mcause }),
    ...loadConstant(11, 0x10_0000),
    ...loadConstant(12, 0x5555),
    asm("sw", { rs1: 11, rs2: 12 }),
    "end",
    asm("jal", { to: "end" }),
  ];
}

function run(event: bigint, steps: number, harts: number, slice: () => number) {
  const config = { ...bareMetal(guest(event, steps)), harts };
  const vm = monitor.createMachine(config, { console: recordedConsole().sink, disks: new Map() });
  while (vm.run(slice()).kind === "budget") {
    // The guest ends itself.
  }
  const read = (register: number) => vm.debug.readRegister(0, register);
  const result = {
    loops: read(9),
    mepc: Number(read(debugRegisters.csr0 + csr.mepc)),
    cause: read(10),
    interrupts: vm.exitCounts()["interrupt.counter"],
    hash: vm.stateHash(),
  };
  vm.dispose();
  return result;
}

describe("the overflow of an event counter", () => {
  const events = [counterEvent.cycles, counterEvent.instructions];

  test("interrupts behind exactly the instruction that causes it, however the run is sliced", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...events),
        fc.integer({ min: 2, max: 20_000 }),
        fc.constantFrom(1, 2),
        fc.infiniteStream(fc.oneof(fc.integer({ min: 1, max: 900 }), fc.nat(30_000))),
        (event, steps, harts, slices) => {
          const whole = run(event, steps, harts, () => 1e6);
          expect(whole.cause).toBe((1n << 63n) | 13n);
          expect(whole.interrupts).toBe(1);
          expect(Number(whole.loops)).toBe(Math.ceil(steps / 2));
          const sizes = slices[Symbol.iterator]();
          expect(run(event, steps, harts, () => sizes.next().value as number)).toEqual(whole);
        },
      ),
      { numRuns: 20 },
    );
  });

  test("is found at every distance", () => {
    const places = [1, 2, 3, 4, 5, 6].map((steps) => run(counterEvent.cycles, steps, 1, () => 1e5));
    const [first] = places;
    expect(places.map(({ mepc }) => mepc - (first?.mepc ?? 0))).toEqual([0, -4, 0, -4, 0, -4]);
    expect(places.map(({ loops }) => loops)).toEqual([1n, 1n, 2n, 2n, 3n, 3n]);
  });

  test("is as exact in code that has become hot", () => {
    for (const event of events) {
      const { loops, interrupts } = run(event, 2_000_001, 1, () => 1e7);
      expect([loops, interrupts]).toEqual([1_000_001n, 1]);
    }
  });
});

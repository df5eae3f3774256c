import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { asm, type Line, loadConstant } from "../../../tests/support/assembler.ts";
import { bareMetal, recordedConsole, smallMonitor } from "../../../tests/support/run-guest.ts";

const monitor = smallMonitor();
const uart = 0x1000_0000;
const counters = 0x8010_0000;
const rounds = 2000;

/**
 * Every hart adds to two shared counters, one by an atomic operation and one by load-reserved and
 * store-conditional, then reports. Hart 0 waits for all reports, prints both sums and powers off.
 */
function countingGuest(harts: number): Line[] {
  return [
    asm("csrrs", { rd: 9, csr: 0xf14 }),
    ...loadConstant(8, counters),
    ...loadConstant(5, rounds),
    asm("addi", { rd: 7, imm: 1 }),
    "again",
    asm("amoadd.d", { rs1: 8, rs2: 7 }),
    asm("addi", { rd: 11, rs1: 8, imm: 64 }),
    "retry",
    asm("lr.d", { rd: 12, rs1: 11 }),
    asm("addi", { rd: 12, rs1: 12, imm: 1 }),
    asm("sc.d", { rd: 13, rs1: 11, rs2: 12 }),
    asm("bne", { rs1: 13, to: "retry" }),
    asm("addi", { rd: 5, rs1: 5, imm: -1 }),
    asm("bne", { rs1: 5, to: "again" }),
    asm("addi", { rd: 14, rs1: 8, imm: 128 }),
    asm("amoadd.d", { rs1: 14, rs2: 7 }),
    asm("beq", { rs1: 9, to: "first" }),
    "halt",
    asm("wfi"),
    asm("jal", { to: "halt" }),
    "first",
    asm("ld", { rd: 15, rs1: 14 }),
    asm("addi", { rd: 16, imm: harts }),
    asm("bne", { rs1: 15, rs2: 16, to: "first" }),
    ...loadConstant(17, uart),
    asm("ld", { rd: 18, rs1: 8 }),
    asm("ld", { rd: 19, rs1: 11 }),
    asm("addi", { rd: 21, imm: 8 }),
    "digits",
    asm("addi", { rd: 21, rs1: 21, imm: -1 }),
    ...[18, 19].flatMap((register) => [
      asm("slli", { rd: 20, rs1: 21, imm: 2 }),
      asm("srl", { rd: 20, rs1: register, rs2: 20 }),
      asm("andi", { rd: 20, rs1: 20, imm: 15 }),
      asm("addi", { rd: 20, rs1: 20, imm: 0x40 }),
      asm("sb", { rs1: 17, rs2: 20 }),
    ]),
    asm("bne", { rs1: 21, to: "digits" }),
    ...loadConstant(22, 0x10_0000),
    ...loadConstant(23, 0x5555),
    asm("sw", { rs1: 22, rs2: 23 }),
    "end",
    asm("jal", { to: "end" }),
  ];
}

/** Runs to the end in slices of the given sizes, again and again. */
function run(harts: number, slices: readonly number[]) {
  const console = recordedConsole();
  const vm = monitor.createMachine(bareMetal(countingGuest(harts), { harts }), {
    console: console.sink,
    disks: new Map(),
  });
  for (let i = 0; i < 1e6; i++) {
    const reason = vm.run(slices[i % slices.length] ?? 1e6);
    if (reason.kind === "budget") continue;
    const outcome = { reason, hash: vm.stateHash(), exits: vm.exitCounts(), text: console.text() };
    vm.dispose();
    return outcome;
  }
  throw new Error("the guest does not end");
}

/** Two numbers, digit by digit in turn, as letters from `@`. */
function sums(text: string): number[] {
  const digits = [...text].map((letter) => letter.charCodeAt(0) - 0x40);
  return [0, 1].map((which) =>
    digits.filter((_, i) => i % 2 === which).reduce((sum, digit) => sum * 16 + digit, 0),
  );
}

describe("a machine with several harts", () => {
  test.each([1, 2, 4, 8])("loses no atomic update among %i harts", (harts) => {
    const { reason, text } = run(harts, [1e6]);
    expect(reason).toEqual({ kind: "power-off", code: 0 });
    expect(sums(text)).toEqual([harts * rounds, harts * rounds]);
  });

  test("interleaves its harts in the same way however the driver slices the run", () => {
    const whole = run(3, [1e9]);
    const slices = fc.array(fc.integer({ min: 1, max: 30_000 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(slices, (sizes) => {
        fc.pre(sizes.reduce((a, b) => a + b) > 1000);
        expect(run(3, sizes)).toEqual(whole);
      }),
      { numRuns: 20 },
    );
  });

  /** Hart 0 counts its looks at a flag that hart 1 sets; in between it waits as `hint` does. */
  const waitingGuest = (hint: string): Line[] => [
    asm("csrrs", { rd: 9, csr: 0xf14 }),
    ...loadConstant(8, counters),
    asm("addi", { rd: 7, imm: 1 }),
    asm("bne", { rs1: 9, to: "second" }),
    "look",
    asm("addi", { rd: 10, rs1: 10, imm: 1 }),
    asm(hint),
    asm("lw", { rd: 5, rs1: 8 }),
    asm("beq", { rs1: 5, to: "look" }),
    ...loadConstant(22, 0x10_0000),
    ...loadConstant(23, 0x5555),
    asm("sw", { rs1: 22, rs2: 23 }),
    "second",
    ...Array.from({ length: 30 }, () => asm("addi")),
    asm("sw", { rs1: 8, rs2: 7 }),
    "halt",
    asm("wfi"),
    asm("jal", { to: "halt" }),
  ];

  test.each([
    ["pause", 1],
    ["wrs.nto", 1],
    ["wrs.sto", 1],
    ["fence", 2450],
  ])("gives the rest of a turn away by %s, and by nothing that is no hint", (hint, looks) => {
    const vm = monitor.createMachine(bareMetal(waitingGuest(hint), { harts: 2 }), {
      console: recordedConsole().sink,
      disks: new Map(),
    });
    expect(vm.run(1e6)).toEqual({ kind: "power-off", code: 0 });
    const looked = Number(vm.debug.readRegister(0, 10));
    expect(looked).toBeGreaterThanOrEqual(looks);
    expect(looked).toBeLessThan(looks + 100);
    vm.dispose();
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { elfWithSymbols } from "../../../tests/contracts/support/elf-with-symbols.ts";
import { asm, assemble, type Line, loadConstant } from "../../../tests/support/assembler.ts";
import { engines } from "../../../tests/support/engines.ts";
import { bareMetal, recordedConsole, smallMonitor } from "../../../tests/support/run-guest.ts";
import { GuestProfiler } from "./guest-profiler.ts";
import { SymbolTable } from "./symbol-table.ts";

const start = 0x8000_0000;
const monitor = smallMonitor();
const [ra, sp, fp] = [1, 2, 8];
/** As compilers do it that keep frame pointers. */
const enter: readonly Line[] = [
  asm("addi", { rd: sp, rs1: sp, imm: -16 }),
  asm("sd", { rs1: sp, rs2: ra, imm: 8 }),
  asm("sd", { rs1: sp, rs2: fp }),
  asm("addi", { rd: fp, rs1: sp, imm: 16 }),
];
const leave: readonly Line[] = [
  asm("ld", { rd: ra, rs1: sp, imm: 8 }),
  asm("ld", { rd: fp, rs1: sp }),
  asm("addi", { rd: sp, rs1: sp, imm: 16 }),
  asm("jalr", { rs1: ra }),
];
/** What calls nobody, as compilers do it: the return address stays in its register. */
const enterLeaf: readonly Line[] = [
  asm("addi", { rd: sp, rs1: sp, imm: -16 }),
  asm("sd", { rs1: sp, rs2: fp, imm: 8 }),
  asm("addi", { rd: fp, rs1: sp, imm: 16 }),
];
const leaveLeaf: readonly Line[] = [
  asm("ld", { rd: fp, rs1: sp, imm: 8 }),
  asm("addi", { rd: sp, rs1: sp, imm: 16 }),
  asm("jalr", { rs1: ra }),
];
const spin = (label: string, turns: number): readonly Line[] => [
  ...loadConstant(5, turns),
  label,
  asm("addi", { rd: 5, rs1: 5, imm: -1 }),
  asm("bne", { rs1: 5, to: label }),
];
const parts: Readonly<Record<string, readonly Line[]>> = {
  main: [
    ...loadConstant(sp, start + 0x10_0000),
    asm("addi", { rd: fp }),
    "again",
    asm("jal", { rd: ra, to: "work" }),
    asm("jal", { rd: ra, to: "rest" }),
    asm("jal", { to: "again" }),
  ],
  work: ["work", ...enter, asm("jal", { rd: ra, to: "inner" }), ...leave],
  inner: ["inner", ...enterLeaf, ...spin("spinning", 700), ...leaveLeaf],
  rest: ["rest", ...enter, ...spin("resting", 300), ...leave],
};
const lines = Object.values(parts).flat();
const code = assemble(start, lines);
const addresses = Object.fromEntries(
  Object.keys(parts).map((name, i) => {
    const before = Object.values(parts).slice(0, i).flat();
    return [name, start + 4 * before.filter((line) => typeof line !== "string").length];
  }),
);
const kernel = elfWithSymbols(start, [{ address: start, bytes: code }], addresses);
const symbols = SymbolTable.of(kernel);

function profile(engine: (typeof engines)[number], slices: readonly number[]): string {
  const machine = monitor.createMachine(bareMetal(kernel, { engine }), {
    ...{ console: recordedConsole().sink, disks: new Map() },
  });
  const profiler = new GuestProfiler(997, symbols);
  for (const slice of slices) {
    const left = 1_000_000 - machine.steps;
    profiler.run(machine, Math.min(slice, left));
  }
  profiler.run(machine, 1_000_000 - machine.steps);
  machine.dispose();
  return profiler.folded();
}

describe.each(engines)("a profile (%s)", (engine) => {
  test("says what called what, and how much of the time each took", () => {
    const stacks = new Map(
      profile(engine, [])
        .trimEnd()
        .split("\n")
        .map((line) => {
          const end = line.lastIndexOf(" ");
          return [line.slice(0, end), Number(line.slice(end + 1))];
        }),
    );
    const all = [...stacks.values()].reduce((sum, count) => sum + count);
    expect(all).toBe(Math.floor(1_000_000 / 997));
    const share = (stack: string) => (stacks.get(stack) ?? 0) / all;
    expect(share("machine;main;work;inner")).toBeGreaterThan(0.65);
    expect(share("machine;main;work;inner")).toBeLessThan(0.73);
    expect(share("machine;main;rest")).toBeGreaterThan(0.26);
    expect(share("machine;main;rest")).toBeLessThan(0.33);
  });

  test("is the same however the run is sliced", () => {
    const whole = profile(engine, []);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 50_000 }), { maxLength: 30 }), (slices) => {
        expect(profile(engine, slices)).toBe(whole);
      }),
      { numRuns: 10 },
    );
  });
});

test("the engine does not change a profile", () => {
  expect(new Set(engines.map((engine) => profile(engine, []))).size).toBe(1);
});

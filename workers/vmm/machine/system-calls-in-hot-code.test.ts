import { expect, test } from "vitest";
import { asm, type Line, loadConstant } from "../../../tests/support/assembler.ts";
import { bareMetal, recordedConsole, smallMonitor } from "../../../tests/support/run-guest.ts";
import type { EngineName } from "./config.ts";

const monitor = smallMonitor();
const rounds = 30_000;
const handler = 0x8000_0100;
const inUser = 0x8000_0200;
const csr = {
  ...{ sstatus: 0x100, stvec: 0x105, sscratch: 0x140, sepc: 0x141, mstatus: 0x300 },
  ...{ medeleg: 0x302, mcounteren: 0x306, scounteren: 0x106, mepc: 0x341 },
  ...{ pmpcfg0: 0x3a0, pmpaddr0: 0x3b0, cycle: 0xc00, time: 0xc01, instret: 0xc02, fcsr: 0x003 },
} as const;

/** x8 gathers what the counters say, at every place where they are read. */
const read = (number: number): Line[] => [
  asm("csrrs", { rd: 6, csr: number }),
  asm("add", { rd: 8, rs1: 8, rs2: 6 }),
  asm("slli", { rd: 7, rs1: 8, imm: 7 }),
  asm("xor", { rd: 8, rs1: 8, rs2: 7 }),
];
const set = (number: number, value: number | bigint): Line[] => [
  ...loadConstant(5, value),
  asm("csrrw", { rs1: 5, csr: number }),
];

/** System calls from user mode, again and again; the handler does what Linux does with `sstatus`. */
const guest: Line[] = [
  ...padded(
    [
      ...set(csr.pmpaddr0, (1n << 54n) - 1n),
      ...set(csr.pmpcfg0, 0x1f),
      ...set(csr.medeleg, 0x100),
      ...set(csr.mcounteren, 7),
      ...set(csr.scounteren, 7),
      ...set(csr.stvec, handler),
      ...set(csr.mepc, inUser),
      ...set(csr.mstatus, 0x6000),
      asm("mret"),
    ],
    handler - 0x8000_0000,
  ),
  ...padded(
    [
      asm("csrrw", { rd: 10, rs1: 10, csr: csr.sscratch }),
      ...loadConstant(11, 0x4_2000),
      asm("csrrc", { rd: 12, rs1: 11, csr: csr.sstatus }),
      asm("csrrsi", { rs1: 2, csr: csr.sstatus }),
      ...read(csr.time),
      asm("csrrci", { rd: 13, rs1: 2, csr: csr.sstatus }),
      asm("csrrs", { rs1: 11, csr: csr.sstatus }),
      ...read(csr.cycle),
      asm("csrrs", { rd: 14, csr: csr.sepc }),
      asm("addi", { rd: 14, rs1: 14, imm: 4 }),
      asm("csrrw", { rs1: 14, csr: csr.sepc }),
      asm("csrrw", { rs1: 12, csr: csr.sstatus }),
      asm("sret"),
    ],
    inUser - handler,
  ),
  ...loadConstant(20, rounds),
  "again",
  asm("addi", { rd: 9, rs1: 9, imm: 1 }),
  ...read(csr.instret),
  asm("ecall"),
  ...read(csr.time),
  asm("csrrw", { rd: 15, rs1: 9, csr: csr.fcsr }),
  asm("add", { rd: 8, rs1: 8, rs2: 15 }),
  asm("bne", { rs1: 9, rs2: 20, to: "again" }),
  ...loadConstant(11, 0x10_0000),
  ...loadConstant(12, 0x5555),
  asm("sw", { rs1: 11, rs2: 12 }),
  "end",
  asm("jal", { to: "end" }),
];

function padded(lines: readonly Line[], bytes: number): Line[] {
  const used = lines.reduce<number>((sum, line) => sum + (typeof line === "string" ? 0 : 4), 0);
  return [...lines, ...Array.from({ length: (bytes - used) / 4 }, () => asm("addi"))];
}

function run(engine: EngineName, slice: number) {
  const config = bareMetal(guest, { engine });
  const vm = monitor.createMachine(config, { console: recordedConsole().sink, disks: new Map() });
  let stop = vm.run(slice);
  while (stop.kind === "budget") stop = vm.run(slice);
  const { budget, ...exits } = vm.exitCounts();
  const outcome = { stop, retired: vm.retired, state: vm.stateHash(), exits };
  vm.dispose();
  return outcome;
}

const expected = run("interpret", 1e8);

test("system calls and reads of counters are exits as what they are, and CSR accesses are none", () => {
  expect(expected.stop).toEqual({ kind: "power-off", code: 0 });
  expect(expected.exits.exception).toBe(rounds);
  expect(expected.exits.privileged).toBe(rounds + 1);
  expect(expected.exits.csr).toBeLessThan(20);
});

test.each([
  ["translate", 1e8],
  ["translate", 7919],
  ["translate", 131],
  ["interpret", 997],
] as const)("engine %s in slices of %d steps gives the same state and exits", (engine, slice) => {
  expect(run(engine, slice)).toEqual(expected);
});

test("where everything privileged exits, the state is the same and every access is an exit", () => {
  const { state, exits } = run("trap-and-emulate", 1e8);
  expect(state).toBe(expected.state);
  expect(exits.csr).toBeGreaterThan(13 * rounds);
  expect({ ...exits, csr: 0 }).toEqual({ ...expected.exits, csr: 0 });
});

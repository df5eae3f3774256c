import { expect, test } from "vitest";
import { asm, type Line, loadConstant } from "../../../tests/support/assembler.ts";
import { bareMetal, recordedConsole, smallMonitor } from "../../../tests/support/run-guest.ts";
import type { EngineName } from "./config.ts";
import { debugRegisters } from "./debug-port.ts";

const monitor = smallMonitor();
const rounds = 400_000;
const handler = 0x8000_0100;
const page = 0x8000_1000;
const data = 0x8000_8000;
const csr = { mtvec: 0x305, mepc: 0x341, tdata1: 0x7a1, tdata2: 0x7a2 };

/** In machine mode, type 6. */
const control = { execute: 0x44, load: 0x41, store: 0x42 } as const;

/**
 * Calls a function on another page again and again, until it is hot; then arms a trigger on what
 * the function does, and goes on as before. The handler powers off.
 */
function guest(kind: keyof typeof control, address: number): Line[] {
  const program: Line[] = [
    ...loadConstant(5, handler),
    asm("csrrw", { rs1: 5, csr: csr.mtvec }),
    ...loadConstant(6, rounds),
    ...loadConstant(7, page),
    ...loadConstant(8, data),
    "again",
    asm("addi", { rd: 9, rs1: 9, imm: 1 }),
    asm("jalr", { rd: 1, rs1: 7 }),
    asm("bne", { rs1: 9, rs2: 6, to: "again" }),
    ...loadConstant(5, address),
    asm("csrrw", { rs1: 5, csr: csr.tdata2 }),
    asm("addi", { rd: 5, imm: 6 }),
    asm("slli", { rd: 5, rs1: 5, imm: 60 }),
    asm("ori", { rd: 5, rs1: 5, imm: control[kind] }),
    asm("csrrw", { rs1: 5, csr: csr.tdata1 }),
    asm("jal", { to: "again" }),
  ];
  const finish: Line[] = [
    ...loadConstant(11, 0x10_0000),
    ...loadConstant(12, 0x5555),
    asm("sw", { rs1: 11, rs2: 12 }),
    "end",
    asm("jal", { to: "end" }),
  ];
  const callee: Line[] = [
    asm("ld", { rd: 13, rs1: 8 }),
    asm("add", { rd: 13, rs1: 13, rs2: 9 }),
    asm("sd", { rs1: 8, rs2: 13, imm: 8 }),
    asm("jalr", { rs1: 1 }),
  ];
  return [...padded(program, handler - 0x8000_0000), ...padded(finish, page - handler), ...callee];
}

function padded(lines: readonly Line[], bytes: number): Line[] {
  const used = lines.reduce<number>((sum, line) => sum + (typeof line === "string" ? 0 : 4), 0);
  return [...lines, ...Array.from({ length: (bytes - used) / 4 }, () => asm("addi"))];
}

test.each(
  (["interpret", "translate"] as const satisfies readonly EngineName[]).flatMap((engine) => [
    [engine, "execute", page + 4, page + 4] as const,
    [engine, "load", data, page] as const,
    [engine, "store", data + 8, page + 8] as const,
  ]),
)("engine %s: a trigger on %s fires in code that was hot before", (engine, kind, address, pc) => {
  const config = bareMetal(guest(kind, address), { engine });
  const vm = monitor.createMachine(config, { console: recordedConsole().sink, disks: new Map() });
  expect(vm.run(1e8)).toEqual({ kind: "power-off", code: 0 });
  expect(vm.debug.readRegister(0, 9)).toBe(BigInt(rounds + 1));
  expect(vm.debug.readRegister(0, debugRegisters.csr0 + csr.mepc)).toBe(BigInt(pc));
  vm.dispose();
});

/**
 * A small M-mode program that uses what makes runs differ where time is not kept: timer interrupts,
 * the time CSR, waiting, fresh memory and the console. Prints `.` and `!`, powers off with status 0
 * after `ticks` timer interrupts of 700 ns each.
 */
import { asm, assemble, loadConstant } from "./assembler.ts";
import { powerOffAndStay } from "./power-off-and-stay.ts";

const base = 0x8000_0000;
const handler = base + 0x400;
const timeCsr = 0xc01;

export function busyGuest(ticks: number): Uint8Array {
  const main = assemble(base, [
    ...loadConstant(8, 0x0200_4000),
    ...loadConstant(9, 0x1000_0000),
    ...loadConstant(18, ticks),
    ...loadConstant(19, base + 0x10_0000),
    ...loadConstant(5, handler),
    asm("csrrw", { rs1: 5, csr: 0x305 }),
    ...loadConstant(5, 0x80),
    asm("csrrw", { rs1: 5, csr: 0x304 }),
    asm("csrrs", { rd: 6, csr: timeCsr }),
    asm("addi", { rd: 6, rs1: 6, imm: 7 }),
    asm("sd", { rs1: 8, rs2: 6 }),
    asm("csrrsi", { rs1: 8, csr: 0x300 }),
    "loop",
    asm("addi", { rd: 20, rs1: 20, imm: 1 }),
    asm("mul", { rd: 21, rs1: 21, rs2: 20 }),
    asm("c.add", { rd: 21, rs2: 20 }),
    // Seldom enough that most interrupts come while it computes.
    asm("andi", { rd: 22, rs1: 20, imm: 511 }),
    asm("bne", { rs1: 22, to: "next" }),
    asm("addi", { rd: 23, imm: ".".charCodeAt(0) }),
    asm("sb", { rs1: 9, rs2: 23 }),
    asm("sd", { rs1: 19, rs2: 21 }),
    asm("addi", { rd: 19, rs1: 19, imm: 2047 }),
    asm("wfi"),
    "next",
    asm("bne", { rs1: 18, to: "loop" }),
    ...powerOffAndStay,
  ]);
  const onTimer = assemble(handler, [
    asm("csrrs", { rd: 28, csr: timeCsr }),
    asm("xor", { rd: 24, rs1: 24, rs2: 28 }),
    asm("addi", { rd: 28, rs1: 28, imm: 7 }),
    asm("sd", { rs1: 8, rs2: 28 }),
    asm("addi", { rd: 18, rs1: 18, imm: -1 }),
    asm("addi", { rd: 29, imm: "!".charCodeAt(0) }),
    asm("sb", { rs1: 9, rs2: 29 }),
    asm("mret"),
  ]);
  const image = new Uint8Array(handler - base + onTimer.length);
  image.set(main);
  image.set(onTimer, handler - base);
  return image;
}

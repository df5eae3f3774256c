/**
 * A small M-mode program for one to eight harts: they hand a token around by software interrupts.
 * The holder prints its letter and computes for a while, longer each round. Even harts wait for the
 * token with `wfi`, odd ones by looking. Powers off with status 0 after `rounds` turns.
 */
import { asm, type Line, loadConstant } from "./assembler.ts";

const clint = 0x0200_0000;
const uart = 0x1000_0000;
const finisher = 0x10_0000;
const turns = 0x8010_0000;

export function relayGuest(harts: number, rounds: number): Line[] {
  return [
    asm("csrrs", { rd: 9, csr: 0xf14 }),
    ...loadConstant(8, clint),
    ...loadConstant(18, uart),
    ...loadConstant(19, turns),
    ...loadConstant(20, rounds),
    asm("addi", { rd: 21, imm: 8 }),
    asm("csrrw", { rs1: 21, csr: 0x304 }),
    asm("slli", { rd: 22, rs1: 9, imm: 2 }),
    asm("add", { rd: 22, rs1: 22, rs2: 8 }),
    asm("addi", { rd: 23, rs1: 9, imm: 1 }),
    asm("addi", { rd: 5, imm: harts }),
    asm("bne", { rs1: 23, rs2: 5, to: "neighbour" }),
    asm("addi", { rd: 23 }),
    "neighbour",
    asm("slli", { rd: 23, rs1: 23, imm: 2 }),
    asm("add", { rd: 23, rs1: 23, rs2: 8 }),
    asm("addi", { rd: 24, imm: 1 }),
    asm("andi", { rd: 25, rs1: 9, imm: 1 }),
    asm("bne", { rs1: 9, to: "wait" }),
    asm("sw", { rs1: 22, rs2: 24 }),
    "wait",
    asm("bne", { rs1: 25, to: "look" }),
    asm("wfi"),
    "look",
    asm("lw", { rd: 5, rs1: 22 }),
    asm("beq", { rs1: 5, to: "wait" }),
    asm("sw", { rs1: 22 }),
    asm("ld", { rd: 6, rs1: 19 }),
    asm("addi", { rd: 6, rs1: 6, imm: 1 }),
    asm("sd", { rs1: 19, rs2: 6 }),
    asm("addi", { rd: 7, rs1: 9, imm: "a".charCodeAt(0) }),
    asm("sb", { rs1: 18, rs2: 7 }),
    asm("slli", { rd: 28, rs1: 6, imm: 2 }),
    "compute",
    asm("mul", { rd: 29, rs1: 29, rs2: 6 }),
    asm("add", { rd: 29, rs1: 29, rs2: 28 }),
    asm("addi", { rd: 28, rs1: 28, imm: -1 }),
    asm("bne", { rs1: 28, to: "compute" }),
    asm("sd", { rs1: 19, rs2: 29, imm: 8 }),
    asm("beq", { rs1: 6, rs2: 20, to: "done" }),
    asm("sw", { rs1: 23, rs2: 24 }),
    asm("jal", { to: "wait" }),
    "done",
    ...loadConstant(5, finisher),
    ...loadConstant(6, 0x5555),
    asm("sw", { rs1: 5, rs2: 6 }),
    "end",
    asm("jal", { to: "end" }),
  ];
}

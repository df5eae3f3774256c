import { asm, assemble, loadConstant } from "./assembler.ts";
import { powerOffAndStay } from "./power-off-and-stay.ts";

const base = 0x8000_0000;

/**
 * A small M-mode program that writes a counter to the beginning of each of some pages, round and
 * round, and powers off after `rounds` of them.
 */
export function scribblingGuest(pages: number, rounds: number): Uint8Array {
  return assemble(base, [
    ...loadConstant(18, rounds),
    "round",
    ...loadConstant(8, base + 0x10_0000),
    ...loadConstant(9, pages),
    ...loadConstant(10, 4096),
    "page",
    asm("addi", { rd: 20, rs1: 20, imm: 1 }),
    asm("mul", { rd: 21, rs1: 20, rs2: 20 }),
    asm("sd", { rs1: 8, rs2: 21 }),
    asm("add", { rd: 8, rs1: 8, rs2: 10 }),
    asm("addi", { rd: 9, rs1: 9, imm: -1 }),
    asm("bne", { rs1: 9, to: "page" }),
    asm("addi", { rd: 18, rs1: 18, imm: -1 }),
    asm("bne", { rs1: 18, to: "round" }),
    ...powerOffAndStay,
  ]);
}

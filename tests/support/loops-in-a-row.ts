import { asm, type Line } from "./assembler.ts";

/**
 * So many loops, one behind the other, all of them gone through again and again; each becomes a region of its
 * own. What they compute is in a0.
 */
export function loopsInARow(count: number, turns = 20): Line[] {
  const body = Array.from({ length: count }, (_, i): Line[] => [
    asm("addi", { rd: 5, imm: turns }),
    `again ${i}`,
    asm("addi", { rd: 10, rs1: 10, imm: i + 1 }),
    asm("addi", { rd: 5, rs1: 5, imm: -1 }),
    asm("bne", { rs1: 5, to: `again ${i}` }),
    // Nobody sees where it leads before it is done: code ends there for a region.
    asm("auipc", { rd: 7 }),
    asm("jalr", { rs1: 7, imm: 8 }),
  ]);
  return ["start", ...body.flat(), asm("jal", { to: "start" })];
}

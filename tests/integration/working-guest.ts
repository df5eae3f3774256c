import { asm, assemble, type Line, loadConstant } from "../support/assembler.ts";

const start = 0x8000_0000;
const uart = 0x1000_0000;
const finisher = 0x10_0000;
const pass = 0x5555;
const buffer = start + 0x20_0000;
/** Of the buffer that it writes to, round and round. */
const bufferMask = 0x1f_fff8;

/** Pages that it may have filled before, and how far they are from each other. */
const filled = start + 0x40_0000;
const pageBytes = 4096;

/** Turns of the inner loop; each is ten instructions. */
const turns = 2_500_000;

/**
 * Works for a while: each round fills memory with numbers that depend on what is there, some 25 million
 * instructions, and prints two letters of what it found; then `end` and power-off. A run that has lost
 * or doubled anything on its way ends with other letters.
 *
 * @param pages of memory that it fills at first and does not look at before its end
 */
export function workingGuest(rounds: number, pages = 0): Uint8Array {
  const eachPage = (name: string, lines: readonly Line[]): Line[] => [
    ...loadConstant(25, filled),
    ...loadConstant(26, pages),
    ...loadConstant(27, pageBytes),
    ...loadConstant(20, 0x9e37_79b9_7f4a_7c15n),
    name,
    ...lines,
    asm("add", { rd: 25, rs1: 25, rs2: 27 }),
    asm("addi", { rd: 26, rs1: 26, imm: -1 }),
    asm("bne", { rs1: 26, to: name }),
  ];
  const fill = eachPage("fill", [
    asm("mul", { rd: 28, rs1: 25, rs2: 20 }),
    asm("sd", { rs1: 25, rs2: 28 }),
  ]);
  const add = eachPage("add", [
    asm("ld", { rd: 28, rs1: 25 }),
    asm("mul", { rd: 29, rs1: 29, rs2: 20 }),
    asm("add", { rd: 29, rs1: 29, rs2: 28 }),
  ]);
  return assemble(start, [
    // Nothing remembers behind it where those pages are.
    ...(pages > 0 ? [...fill, asm("sfence.vma")] : []),
    ...loadConstant(5, uart),
    ...loadConstant(8, buffer),
    ...loadConstant(9, bufferMask),
    ...loadConstant(18, rounds),
    ...loadConstant(20, 0x9e37_79b9_7f4a_7c15n),
    "round",
    ...loadConstant(19, turns),
    "turn",
    asm("mul", { rd: 21, rs1: 21, rs2: 20 }),
    asm("addi", { rd: 21, rs1: 21, imm: 1 }),
    asm("srli", { rd: 22, rs1: 21, imm: 20 }),
    asm("and", { rd: 22, rs1: 22, rs2: 9 }),
    asm("add", { rd: 22, rs1: 22, rs2: 8 }),
    asm("ld", { rd: 23, rs1: 22 }),
    asm("xor", { rd: 21, rs1: 21, rs2: 23 }),
    asm("sd", { rs1: 22, rs2: 21 }),
    asm("addi", { rd: 19, rs1: 19, imm: -1 }),
    asm("bne", { rs1: 19, to: "turn" }),
    asm("srli", { rd: 24, rs1: 21, imm: 60 }),
    asm("addi", { rd: 24, rs1: 24, imm: "A".charCodeAt(0) }),
    asm("sb", { rs1: 5, rs2: 24 }),
    asm("srli", { rd: 24, rs1: 21, imm: 40 }),
    asm("andi", { rd: 24, rs1: 24, imm: 15 }),
    asm("addi", { rd: 24, rs1: 24, imm: "a".charCodeAt(0) }),
    asm("sb", { rs1: 5, rs2: 24 }),
    asm("addi", { rd: 18, rs1: 18, imm: -1 }),
    asm("bne", { rs1: 18, to: "round" }),
    ...(pages > 0
      ? [
          ...add,
          asm("srli", { rd: 24, rs1: 29, imm: 60 }),
          asm("addi", { rd: 24, rs1: 24, imm: "A".charCodeAt(0) }),
          asm("sb", { rs1: 5, rs2: 24 }),
        ]
      : []),
    ...[..." end\r\n"].flatMap((letter) => [
      asm("addi", { rd: 24, imm: letter.charCodeAt(0) }),
      asm("sb", { rs1: 5, rs2: 24 }),
    ]),
    ...loadConstant(5, finisher),
    ...loadConstant(6, pass),
    asm("sw", { rs1: 5, rs2: 6 }),
    "stop",
    asm("jal", { to: "stop" }),
  ]);
}

import { asm, assemble, loadConstant } from "../support/assembler.ts";

const start = 0x8000_0000;
const uart = 0x1000_0000;
const finisher = 0x10_0000;
const pass = 0x5555;
const mailbox = 0x8000_8000;

/** Hart 0 prints the word that hart 1 writes into memory, and powers off: with one hart it hangs. */
export function twoHartGuest(word: string): Uint8Array {
  const letters = [...new TextEncoder().encode(word)];
  return assemble(start, [
    asm("csrrs", { rd: 9, csr: 0xf14 }),
    ...loadConstant(8, mailbox),
    ...loadConstant(5, uart),
    asm("addi", { rd: 10, imm: 1 }),
    asm("beq", { rs1: 9, to: "wait" }),
    ...letters.flatMap((letter, index) => [
      asm("addi", { rd: 6, imm: letter }),
      asm("sb", { rs1: 8, rs2: 6, imm: 8 + index }),
    ]),
    asm("fence"),
    asm("sw", { rs1: 8, rs2: 10 }),
    "rest",
    asm("wfi"),
    asm("jal", { to: "rest" }),
    "wait",
    asm("lw", { rd: 6, rs1: 8 }),
    asm("bne", { rs1: 6, rs2: 10, to: "wait" }),
    ...letters.flatMap((_, index) => [
      asm("lbu", { rd: 6, rs1: 8, imm: 8 + index }),
      asm("sb", { rs1: 5, rs2: 6 }),
    ]),
    ...loadConstant(5, finisher),
    ...loadConstant(6, pass),
    asm("sw", { rs1: 5, rs2: 6 }),
    "end",
    asm("jal", { to: "end" }),
  ]);
}

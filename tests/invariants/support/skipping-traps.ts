import { type Assembled, asm, assemble, type Line, loadConstant } from "../../support/assembler.ts";

const ramBase = 0x8000_0000;
const handlerOffset = 0xe00;
/** Scratch registers of the handler, and the count of traps. */
const [counter, scratch, other] = [31, 30, 29] as const;
const mstatus = 0x300;
const mtvec = 0x305;
const mepc = 0x341;
const mcause = 0x342;
const returnAddress = 1;

/**
 * An M-mode program in one page of which no trap is the end: behind an exception it goes on in M-mode
 * with the next instruction (all are 4 bytes), or where `x1` says when it had left the page; an
 * interrupt is left as it is. `x31` counts; `x29` and `x30` belong to the handler.
 */
export function skippingTraps(lines: readonly Line[]): Uint8Array {
  const main = assemble(ramBase, [
    ...loadConstant(scratch, ramBase + handlerOffset),
    asm("csrrw", { rs1: scratch, csr: mtvec }),
    ...lines,
  ]);
  if (main.length > handlerOffset) throw new Error("the program is longer than its page");
  const handler = assemble(ramBase + handlerOffset, [
    asm("addi", { rd: counter, rs1: counter, imm: 1 }),
    asm("csrrs", { rd: scratch, csr: mcause }),
    asm("blt", { rs1: scratch, rs2: 0, to: "return" }),
    ...loadConstant(scratch, 0x1800),
    asm("csrrs", { rs1: scratch, csr: mstatus }),
    asm("csrrs", { rd: scratch, csr: mepc }),
    asm("srli", { rd: other, rs1: scratch, imm: 12 }),
    asm("addi", { rd: scratch, rs1: scratch, imm: 4 }),
    asm("slli", { rd: other, rs1: other, imm: 12 }),
    asm("csrrw", { rs1: scratch, csr: mepc }),
    ...loadConstant(scratch, ramBase / 2),
    asm("slli", { rd: scratch, rs1: scratch, imm: 1 }),
    asm("beq", { rs1: other, rs2: scratch, to: "return" }),
    asm("csrrw", { rs1: returnAddress, csr: mepc }),
    "return",
    asm("mret"),
  ]);
  const page = new Uint8Array(handlerOffset + handler.length);
  page.set(main);
  page.set(handler, handlerOffset);
  return page;
}

/** Ends with status 0 where so many traps were taken, else with 1. */
export function endIfTraps(count: number): Line[] {
  return [
    ...loadConstant(5, count),
    ...loadConstant(6, 0x5555),
    asm("beq", { rs1: 5, rs2: counter, to: "end" }),
    ...loadConstant(6, 0x1_3333),
    "end",
    ...powerOff(6),
  ];
}

/** Writes a register to the test finisher. */
export function powerOff(rs2: number): Assembled[] {
  return [...loadConstant(7, 0x10_0000), asm("sw", { rs1: 7, rs2 })];
}

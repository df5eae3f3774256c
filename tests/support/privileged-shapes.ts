/**
 * As `codeShapes`, of what a supervisor does, or what depends on when it is done. Where they start in
 * S-mode, M-mode delegates calls from U-mode.
 */
import { asm, type Line } from "./assembler.ts";

export interface PrivilegedShape {
  readonly lines: readonly Line[];
  /** The mode that the program starts in. */
  readonly privilege: 1 | 3;
  /** What it reads is another value whenever the run was cut elsewhere. */
  readonly readsTime: boolean;
}

const [t0, t1, t2, a0, a1, a2] = [5, 6, 7, 10, 11, 12] as const;
const csr = {
  ...{ sstatus: 0x100, stvec: 0x105, sscratch: 0x140, sepc: 0x141, scause: 0x142, stval: 0x143 },
  ...{ cycle: 0xc00, time: 0xc01, instret: 0xc02 },
};
const sum = 0x4_0000;
const add = (rd: number, imm: number) => asm("addi", { rd, rs1: rd, imm });

export const privilegedShapes: Readonly<Record<string, PrivilegedShape>> = {
  counters: {
    ...{ privilege: 3, readsTime: true },
    lines: [
      ...Object.values({ cycle: csr.cycle, time: csr.time, instret: csr.instret }).map((number) =>
        asm("csrrs", { rd: a0, csr: number }),
      ),
      asm("wfi"),
    ],
  },
  /** `ecall` and `sret`, with what a handler does between them; behind the places that they are at it goes on. */
  "system-call": {
    ...{ privilege: 1, readsTime: false },
    lines: [
      asm("auipc", { rd: t1 }),
      asm("addi", { rd: t2, rs1: t1, imm: 44 }),
      asm("csrrw", { rs1: t2, csr: csr.stvec }),
      asm("addi", { rd: t2, rs1: t1, imm: 24 }),
      asm("csrrw", { rs1: t2, csr: csr.sepc }),
      asm("sret"),
      add(a0, 1),
      asm("ecall"),
      add(a0, 16),
      asm("beq", { rs1: a0, to: "handler" }),
      asm("wfi"),
      "handler",
      asm("csrrw", { rd: a1, rs1: a1, csr: csr.sscratch }),
      asm("csrrs", { rd: a2, csr: csr.sepc }),
      add(a2, 4),
      asm("csrrw", { rs1: a2, csr: csr.sepc }),
      asm("csrrs", { rd: a2, csr: csr.scause }),
      asm("csrrs", { rd: a1, csr: csr.stval }),
      asm("csrrsi", { rs1: 2, csr: csr.sstatus }),
      asm("csrrci", { rd: t0, rs1: 2, csr: csr.sstatus }),
      asm("sret"),
    ],
  },
  /** The right to user pages, with which loads and stores have a TLB of their own. */
  "user-pages": {
    ...{ privilege: 1, readsTime: false },
    lines: [
      asm("lui", { rd: t0, imm: sum }),
      asm("csrrs", { rs1: t0, csr: csr.sstatus }),
      asm("ld", { rd: a0, rs1: 8 }),
      asm("sd", { rs1: 8, rs2: t0, imm: 8 }),
      asm("csrrc", { rd: a1, rs1: t0, csr: csr.sstatus }),
      asm("wfi"),
    ],
  },
};

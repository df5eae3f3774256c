/**
 * Small programs, one for each shape of code that the translator treats in its own way. A program
 * starts at the beginning of RAM with x8 pointing to data of its own and all other registers zero,
 * and ends in `wfi`, which no engine inlines.
 */
import { type Assembled, asm, type Line, loadConstant } from "./assembler.ts";
import { ramBase } from "./bare-hart.ts";

/** Where x8 points. */
export const shapeData = ramBase + 0x8000;
const pageBytes = 4096;

const [t0, t1, t2, a0, a1, a2] = [5, 6, 7, 10, 11, 12] as const;
const end = asm("wfi");
const add = (rd: number, imm: number) => asm("addi", { rd, rs1: rd, imm });

/** No instruction at all, so that what follows begins at `offset`, all before it being `bytes` long. */
const fill = (bytes: number, offset: number): Assembled[] =>
  Array.from({ length: (offset - bytes) / 4 }, () => asm("addi"));

export const codeShapes: Readonly<Record<string, readonly Line[]>> = {
  "straight-line": [
    add(a0, 5),
    asm("slli", { rd: a1, rs1: a0, imm: 3 }),
    asm("mulhu", { rd: a2, rs1: a0, rs2: a1 }),
    asm("c.add", { rd: a0, rs2: a1 }),
    asm("addw", { rd: 0, rs1: a0, rs2: a1 }),
    end,
  ],
  loop: [add(t0, 5), "again", add(a0, 3), add(t0, -1), asm("bne", { rs1: t0, to: "again" }), end],
  "nested-loops": [
    add(t0, 3),
    "outer",
    asm("addi", { rd: t1, imm: 4 }),
    "inner",
    asm("add", { rd: a0, rs1: a0, rs2: t1 }),
    add(t1, -1),
    asm("bne", { rs1: t1, to: "inner" }),
    add(t0, -1),
    asm("bne", { rs1: t0, to: "outer" }),
    end,
  ],
  diamond: [
    add(t0, 4),
    "again",
    asm("andi", { rd: t1, rs1: t0, imm: 1 }),
    asm("beq", { rs1: t1, to: "even" }),
    add(a0, 7),
    asm("jal", { to: "meet" }),
    "even",
    add(a0, 100),
    "meet",
    add(t0, -1),
    asm("bne", { rs1: t0, to: "again" }),
    end,
  ],
  irreducible: [
    add(t0, 6),
    asm("andi", { rd: t1, rs1: a0, imm: 1 }),
    asm("bne", { rs1: t1, to: "second" }),
    "first",
    add(a0, 1),
    add(t0, -1),
    asm("beq", { rs1: t0, to: "out" }),
    "second",
    add(a0, 16),
    asm("jal", { to: "first" }),
    "out",
    end,
  ],
  "call-and-return": [
    add(t0, 3),
    "again",
    asm("jal", { rd: 1, to: "callee" }),
    add(t0, -1),
    asm("bne", { rs1: t0, to: "again" }),
    end,
    "callee",
    add(a0, 11),
    asm("jalr", { rs1: 1 }),
  ],
  "indirect-jump": [
    add(t0, 4),
    "again",
    asm("auipc", { rd: t1 }),
    asm("andi", { rd: t2, rs1: t0, imm: 1 }),
    asm("slli", { rd: t2, rs1: t2, imm: 3 }),
    asm("add", { rd: t1, rs1: t1, rs2: t2 }),
    asm("jalr", { rs1: t1, imm: 20 }),
    add(a0, 1),
    asm("jal", { to: "meet" }),
    add(a0, 32),
    asm("jal", { to: "meet" }),
    "meet",
    add(t0, -1),
    asm("bne", { rs1: t0, to: "again" }),
    end,
  ],
  "cross-page-edge": [
    add(t0, 3),
    asm("jal", { to: "tail" }),
    ...fill(8, pageBytes - 8),
    "tail",
    add(a0, 1),
    add(a0, 2),
    add(a0, 4),
    add(t0, -1),
    asm("bne", { rs1: t0, to: "tail" }),
    end,
  ],
  "cross-page-straddling": [
    add(t0, 3),
    asm("jal", { to: "tail" }),
    ...fill(8, pageBytes - 4),
    "tail",
    asm("c.addi", { rd: a0, imm: 1 }),
    add(a0, 256),
    asm("c.addi", { rd: a0, imm: 2 }),
    add(t0, -1),
    asm("bne", { rs1: t0, to: "tail" }),
    end,
  ],
  "load-and-store": [
    add(t0, 4),
    "again",
    asm("lw", { rd: a0, rs1: 8 }),
    add(a0, 3),
    asm("sw", { rs1: 8, rs2: a0 }),
    asm("sb", { rs1: 8, rs2: a0, imm: 21 }),
    asm("ld", { rd: a1, rs1: 8, imm: 17 }),
    asm("sd", { rs1: 8, rs2: a1, imm: 32 }),
    add(t0, -1),
    asm("bne", { rs1: t0, to: "again" }),
    end,
  ],
  float: [
    ...loadConstant(t0, 0x2000),
    asm("csrrs", { rs1: t0, csr: 0x300 }),
    asm("addi", { rd: t0, imm: 4 }),
    asm("fcvt.d.l", { rd: 10, rs1: t0, rm: 0 }),
    asm("fsd", { rs1: 8, rs2: 10 }),
    "again",
    asm("fadd.d", { rd: 11, rs1: 11, rs2: 10, rm: 7 }),
    asm("fdiv.d", { rd: 12, rs1: 10, rs2: 11, rm: 7 }),
    asm("fmadd.d", { rd: 13, rs1: 12, rs2: 11, rs3: 10, rm: 7 }),
    asm("fcvt.s.d", { rd: 14, rs1: 13, rm: 7 }),
    add(t0, -1),
    asm("bne", { rs1: t0, to: "again" }),
    end,
  ],
  atomic: [
    add(t0, 4),
    "again",
    asm("amoadd.w", { rd: a0, rs1: 8, rs2: t0 }),
    asm("lr.d", { rd: a1, rs1: 8 }),
    add(a1, 9),
    asm("sc.d", { rd: a2, rs1: 8, rs2: a1 }),
    asm("amomaxu.d", { rd: 0, rs1: 8, rs2: t0 }),
    add(t0, -1),
    asm("bne", { rs1: t0, to: "again" }),
    end,
  ],
};

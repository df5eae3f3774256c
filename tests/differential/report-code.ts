/**
 * The code at the end of each program that prints what came out of it, shared by all images.
 *
 * Entered at `report` with `s1` = the record and `s0` = the program's table entry, whose fourth word
 * asks for the dump. Goes on at `next`, where the image starts its next program. `powerOff` ends the
 * machine.
 */
import type { Assembler } from "./assembler.ts";
import { csr } from "./csr-numbers.ts";
import { x } from "./registers.ts";

/** Memory that belongs to a program's outcome. */
export interface Region {
  readonly address: number;
  readonly words: number;
}

export const dumpFlagOffset = 24;

/** First code of an image: all harts but the first sleep. */
export function emitSleepOfOthers(a: Assembler): void {
  a.emit("csrrs", { rd: x.t0, csr: csr.mhartid });
  a.transfer("beq", { rs1: x.t0, rs2: x.zero }, "first");
  a.label("sleep");
  a.emit("wfi");
  a.transfer("jal", {}, "sleep");
  a.label("first");
}

export function emitReport(a: Assembler, regions: readonly Region[]): void {
  a.label("report");
  a.emit("ld", { rd: x.t0, rs1: x.s0, imm: dumpFlagOffset });
  a.transfer("bne", { rs1: x.t0, rs2: x.zero }, "dump");
  a.emit("addi", { rd: x.a0, rs1: x.zero });
  a.address(x.a1, "multiplier");
  a.emit("ld", { rd: x.a1, rs1: x.a1 });
  for (const { address, words } of regions) {
    a.address(x.a2, address);
    a.emit("addi", { rd: x.a3, rs1: x.zero, imm: words });
    a.transfer("jal", { rd: x.ra }, "hash");
  }
  a.transfer("jal", { rd: x.ra }, "print");
  a.transfer("jal", {}, "next");

  // x.a0 = hash over the x.a3 words at x.a2, going on from a0; x.a1 is the multiplier.
  a.label("hash");
  a.emit("ld", { rd: x.a4, rs1: x.a2 });
  a.emit("xor", { rd: x.a0, rs1: x.a0, rs2: x.a4 });
  a.emit("mul", { rd: x.a0, rs1: x.a0, rs2: x.a1 });
  a.emit("srli", { rd: x.a4, rs1: x.a0, imm: 32 });
  a.emit("xor", { rd: x.a0, rs1: x.a0, rs2: x.a4 });
  a.emit("addi", { rd: x.a2, rs1: x.a2, imm: 8 });
  a.emit("addi", { rd: x.a3, rs1: x.a3, imm: -1 });
  a.transfer("bne", { rs1: x.a3, rs2: x.zero }, "hash");
  a.emit("jalr", { rs1: x.ra });

  a.label("dump");
  for (const { address, words } of regions) {
    const again = `dump${address}`;
    a.address(x.a2, address);
    a.emit("addi", { rd: x.a3, rs1: x.zero, imm: words });
    a.label(again);
    a.emit("ld", { rd: x.a0, rs1: x.a2 });
    a.transfer("jal", { rd: x.ra }, "print");
    a.emit("addi", { rd: x.a2, rs1: x.a2, imm: 8 });
    a.emit("addi", { rd: x.a3, rs1: x.a3, imm: -1 });
    a.transfer("bne", { rs1: x.a3, rs2: x.zero }, again);
  }

  a.label("powerOff");
  a.emit("lui", { rd: x.t0, imm: 0x10_0000 });
  a.emit("lui", { rd: x.t1, imm: 0x5000 });
  a.emit("addi", { rd: x.t1, rs1: x.t1, imm: 0x555 });
  a.emit("sw", { rs1: x.t0, rs2: x.t1 });
  a.label("spin");
  a.transfer("jal", {}, "spin");

  emitPrint(a);
  a.align(8);
  a.label("multiplier");
  a.word(0x9fb2_1c65_1e98_df25n);
}

/** `print`: x.a0 in hexadecimal and a line end; changes t registers. */
function emitPrint(a: Assembler): void {
  const lineStatus = 5;
  const holdingEmpty = 0x20;
  a.label("print");
  a.emit("lui", { rd: x.t0, imm: 0x1000_0000 });
  a.emit("addi", { rd: x.t1, rs1: x.zero, imm: 60 });
  a.label("digit");
  a.emit("srl", { rd: x.t2, rs1: x.a0, rs2: x.t1 });
  a.emit("andi", { rd: x.t2, rs1: x.t2, imm: 15 });
  a.emit("addi", { rd: x.t3, rs1: x.zero, imm: 10 });
  a.emit("addi", { rd: x.t4, rs1: x.t2, imm: 0x30 });
  a.transfer("blt", { rs1: x.t2, rs2: x.t3 }, "put");
  a.emit("addi", { rd: x.t4, rs1: x.t2, imm: 0x61 - 10 });
  a.label("put");
  a.emit("lbu", { rd: x.t3, rs1: x.t0, imm: lineStatus });
  a.emit("andi", { rd: x.t3, rs1: x.t3, imm: holdingEmpty });
  a.transfer("beq", { rs1: x.t3, rs2: x.zero }, "put");
  a.emit("sb", { rs1: x.t0, rs2: x.t4 });
  a.emit("addi", { rd: x.t1, rs1: x.t1, imm: -4 });
  a.transfer("bge", { rs1: x.t1, rs2: x.zero }, "digit");
  a.emit("addi", { rd: x.t4, rs1: x.zero, imm: 10 });
  // After the last digit the shift is -4, after the line end -8.
  a.emit("addi", { rd: x.t3, rs1: x.zero, imm: -4 });
  a.transfer("beq", { rs1: x.t1, rs2: x.t3 }, "put");
  a.emit("jalr", { rs1: x.ra });
}

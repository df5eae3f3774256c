/**
 * What every image does around its programs, which it finds in a table: four words for each, where
 * it starts, two of the image's own, and whether its outcome is printed word by word.
 *
 * Between programs `s1` is the record and `s0` the table entry. The word in front of the record is
 * the next entry's address.
 */
import type { Assembler } from "./assembler.ts";
import { csr } from "./csr-numbers.ts";
import { x } from "./registers.ts";
import { emitReport, type Region } from "./report-code.ts";

const entryBytes = 32;
const nextEntry = -8;

export const frame = {
  /** First code of an image, of the hart that goes on. */
  start(a: Assembler, recordAddress: number): void {
    a.address(x.s1, recordAddress);
    a.address(x.t0, "table");
    a.emit("sd", { rs1: x.s1, rs2: x.t0, imm: nextEntry });
  },

  /** At `next`: the entry's first word in `t0`. After the last one the machine goes off. */
  next(a: Assembler): void {
    a.label("next");
    a.emit("ld", { rd: x.s0, rs1: x.s1, imm: nextEntry });
    a.emit("ld", { rd: x.t0, rs1: x.s0 });
    a.transfer("beq", { rs1: x.t0, rs2: x.zero }, "powerOff");
  },

  /** Zeroes words of the record; changes `t2` and `t5`. */
  clear(a: Assembler, firstWord: number, endWord: number): void {
    a.emit("addi", { rd: x.t2, rs1: x.s1, imm: 8 * firstWord });
    a.emit("addi", { rd: x.t5, imm: endWord - firstWord });
    a.label("clear");
    a.emit("sd", { rs1: x.t2 });
    a.emit("addi", { rd: x.t2, rs1: x.t2, imm: 8 });
    a.emit("addi", { rd: x.t5, rs1: x.t5, imm: -1 });
    a.transfer("bne", { rs1: x.t5, rs2: x.zero }, "clear");
  },

  /** At `finish`, in M-mode with the program's registers: all of them to the record. */
  save(a: Assembler): void {
    a.label("finish");
    a.emit("csrrw", { rd: x.t6, rs1: x.t6, csr: csr.mscratch });
    for (let i = 0; i < 31; i++) a.emit("sd", { rs1: x.t6, rs2: i, imm: 8 * i });
    a.emit("addi", { rd: x.s1, rs1: x.t6 });
    a.emit("csrrs", { rd: x.t0, csr: csr.mscratch });
    a.emit("sd", { rs1: x.s1, rs2: x.t0, imm: 8 * 31 });
  },

  /** Goes on to the next entry and prints the outcome. */
  report(a: Assembler, regions: readonly Region[]): void {
    a.emit("ld", { rd: x.s0, rs1: x.s1, imm: nextEntry });
    a.emit("addi", { rd: x.t0, rs1: x.s0, imm: entryBytes });
    a.emit("sd", { rs1: x.s1, rs2: x.t0, imm: nextEntry });
    emitReport(a, regions);
  },

  /** @param entries the first three words of each; a label stands for its address */
  table(a: Assembler, entries: readonly (string | bigint)[][], dumped: number | undefined): void {
    a.align(8);
    a.label("table");
    entries.forEach((words, index) => {
      for (const word of [...words, index === dumped ? 1n : 0n]) {
        a.word(typeof word === "bigint" ? word : BigInt(a.addressOf(word)));
      }
    });
    a.word(0n);
  },
};

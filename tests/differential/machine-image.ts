/**
 * The bare-metal image that runs many programs one after another, in M-mode at 0x8000_0000.
 *
 * For each program: fill the scratch memory from the pool, load all registers, run the items, save
 * all registers, and print one line: a hash over the record and the scratch memory. The one program
 * that is to be dumped prints all these words, one per line, and ends the machine.
 *
 * The trap handler logs cause, trap value, program counter and mstatus, then skips the instruction;
 * after a fetch fault it goes on at `ra`.
 */
import { Assembler } from "./assembler.ts";
import { csr } from "./csr-numbers.ts";
import {
  imageBase,
  mostTraps,
  recordAddress,
  recordWords,
  scratchAddress,
  scratchCentre,
  scratchWords,
  trapLogSlots,
  trapWords,
} from "./guest-layout.ts";
import { assembleItems, type Program } from "./program.ts";
import { x } from "./registers.ts";
import { emitReport, emitSleepOfOthers } from "./report-code.ts";
import type { TestImage } from "./suite.ts";

export const poolWords = 256;

const fetchFault = 1;
const breakpoint = 3;
/** mstatus: FS dirty, MPP machine. */
const initialStatus = 0x7800;
const floatOn = 0x6000;

/** Byte offsets from the record. */
const at = {
  float: recordWords.floats * 8,
  fcsr: recordWords.fcsr * 8,
  mstatus: recordWords.mstatus * 8,
  trapCount: recordWords.trapCount * 8,
  traps: recordWords.traps * 8,
  table: -8,
  saved: [-16, -24, -32],
} as const;
const tableEntryBytes = 32;

/** @param dumped index of the program whose words are printed, and which is the last to run */
export function buildMachineImage(
  programs: readonly Program[],
  pool: readonly bigint[],
  dumped?: number,
): TestImage {
  const a = new Assembler(imageBase);
  emitStart(a);
  emitProgramStart(a);
  emitFinish(a);
  emitTrapHandler(a);
  programs.forEach((program, index) => {
    a.align(64);
    for (let i = 0; i < program.padding; i += 2) a.raw(1, 2);
    a.label(`program${index}`);
    assembleItems(a, `p${index}`, program.items);
    a.label(`end${index}`);
    a.transfer("jal", {}, "finish");
  });
  a.align(8);
  a.label("pool");
  for (const value of pool) a.word(value);
  emitTables(a, programs, dumped);
  return {
    bytes: a.finish(),
    codeAddress: (program) => a.addressOf(`program${program}`),
    codeEnd: (program) => a.addressOf(`end${program}`),
  };
}

function emitStart(a: Assembler): void {
  emitSleepOfOthers(a);
  a.address(x.t0, "handler");
  a.emit("csrrw", { rs1: x.t0, csr: csr.mtvec });
  a.address(x.s1, recordAddress);
  a.address(x.t0, "table");
  a.emit("sd", { rs1: x.s1, rs2: x.t0, imm: at.table });
}

function emitProgramStart(a: Assembler): void {
  a.label("next");
  a.emit("ld", { rd: x.s0, rs1: x.s1, imm: at.table });
  a.emit("ld", { rd: x.t0, rs1: x.s0 });
  a.transfer("beq", { rs1: x.t0, rs2: x.zero }, "powerOff");
  a.emit("csrrw", { rs1: x.t0, csr: csr.mepc });
  a.emit("lui", { rd: x.t1, imm: 0x8000 });
  a.emit("addi", { rd: x.t1, rs1: x.t1, imm: initialStatus - 0x8000 });
  a.emit("csrrw", { rs1: x.t1, csr: csr.mstatus });

  a.address(x.t2, scratchAddress);
  a.address(x.t3, "pool");
  a.emit("ld", { rd: x.t4, rs1: x.s0, imm: 16 });
  a.emit("addi", { rd: x.t5, rs1: x.zero, imm: scratchWords });
  a.label("fill");
  a.emit("andi", { rd: x.t6, rs1: x.t4, imm: poolWords - 1 });
  a.emit("slli", { rd: x.t6, rs1: x.t6, imm: 3 });
  a.emit("add", { rd: x.t6, rs1: x.t6, rs2: x.t3 });
  a.emit("ld", { rd: x.t6, rs1: x.t6 });
  a.emit("sd", { rs1: x.t2, rs2: x.t6 });
  a.emit("addi", { rd: x.t2, rs1: x.t2, imm: 8 });
  // Odd, so that all of the pool comes up.
  a.emit("addi", { rd: x.t4, rs1: x.t4, imm: 37 });
  a.emit("addi", { rd: x.t5, rs1: x.t5, imm: -1 });
  a.transfer("bne", { rs1: x.t5, rs2: x.zero }, "fill");

  a.emit("addi", { rd: x.t2, rs1: x.s1, imm: at.trapCount });
  a.emit("addi", { rd: x.t5, rs1: x.zero, imm: recordWords.end - recordWords.trapCount });
  a.label("clear");
  a.emit("sd", { rs1: x.t2, rs2: x.zero });
  a.emit("addi", { rd: x.t2, rs1: x.t2, imm: 8 });
  a.emit("addi", { rd: x.t5, rs1: x.t5, imm: -1 });
  a.transfer("bne", { rs1: x.t5, rs2: x.zero }, "clear");

  a.emit("csrrw", { rs1: x.s1, csr: csr.mscratch });
  a.emit("ld", { rd: x.t6, rs1: x.s0, imm: 8 });
  for (let i = 0; i < 32; i++) a.emit("fld", { rd: i, rs1: x.t6, imm: 256 + 8 * i });
  a.emit("ld", { rd: x.t0, rs1: x.t6, imm: 512 });
  a.emit("csrrw", { rs1: x.t0, csr: csr.fcsr });
  for (let i = 1; i < 32; i++) a.emit("ld", { rd: i, rs1: x.t6, imm: 8 * i });
  a.emit("mret");
}

function emitFinish(a: Assembler): void {
  a.label("finish");
  a.emit("csrrw", { rd: x.t6, rs1: x.t6, csr: csr.mscratch });
  for (let i = 0; i < 31; i++) a.emit("sd", { rs1: x.t6, rs2: i, imm: 8 * i });
  a.emit("addi", { rd: x.s1, rs1: x.t6 });
  a.emit("csrrs", { rd: x.t0, csr: csr.mscratch });
  a.emit("sd", { rs1: x.s1, rs2: x.t0, imm: 8 * 31 });
  a.emit("csrrs", { rd: x.t0, csr: csr.mstatus });
  a.emit("sd", { rs1: x.s1, rs2: x.t0, imm: at.mstatus });
  a.emit("lui", { rd: x.t0, imm: floatOn });
  a.emit("csrrs", { rs1: x.t0, csr: csr.mstatus });
  for (let i = 0; i < 32; i++) a.emit("fsd", { rs1: x.s1, rs2: i, imm: at.float + 8 * i });
  a.emit("csrrs", { rd: x.t0, csr: csr.fcsr });
  a.emit("sd", { rs1: x.s1, rs2: x.t0, imm: at.fcsr });
  a.emit("ld", { rd: x.s0, rs1: x.s1, imm: at.table });
  a.emit("addi", { rd: x.t0, rs1: x.s0, imm: tableEntryBytes });
  a.emit("sd", { rs1: x.s1, rs2: x.t0, imm: at.table });

  emitReport(a, regions);
}

const regions = [
  { address: recordAddress, words: recordWords.end },
  { address: scratchAddress, words: scratchWords },
];

function emitTrapHandler(a: Assembler): void {
  const [saved0, saved1, saved2] = at.saved;
  a.align(4);
  a.label("handler");
  a.emit("csrrw", { rd: x.t6, rs1: x.t6, csr: csr.mscratch });
  a.emit("sd", { rs1: x.t6, rs2: x.t0, imm: saved0 });
  a.emit("sd", { rs1: x.t6, rs2: x.t1, imm: saved1 });
  a.emit("sd", { rs1: x.t6, rs2: x.t2, imm: saved2 });
  a.emit("csrrs", { rd: x.t0, csr: csr.mcause });
  // A breakpoint's trap value may be x.zero or its address (privileged manual, 3.1.16).
  a.emit("addi", { rd: x.t1, rs1: x.zero, imm: breakpoint });
  a.transfer("bne", { rs1: x.t0, rs2: x.t1 }, "log");
  a.emit("csrrw", { csr: csr.mtval });
  a.label("log");
  a.emit("ld", { rd: x.t1, rs1: x.t6, imm: at.trapCount });
  a.emit("addi", { rd: x.t2, rs1: x.t1, imm: 1 });
  a.emit("sd", { rs1: x.t6, rs2: x.t2, imm: at.trapCount });
  a.emit("addi", { rd: x.t2, rs1: x.t2, imm: -mostTraps });
  a.transfer("blt", { rs1: x.zero, rs2: x.t2 }, "lost");
  a.emit("andi", { rd: x.t1, rs1: x.t1, imm: trapLogSlots - 1 });
  a.emit("slli", { rd: x.t1, rs1: x.t1, imm: Math.log2(trapWords.length * 8) });
  a.emit("add", { rd: x.t1, rs1: x.t1, rs2: x.t6 });
  a.emit("sd", { rs1: x.t1, rs2: x.t0, imm: at.traps });
  [csr.mtval, csr.mepc, csr.mstatus].forEach((number, i) => {
    a.emit("csrrs", { rd: x.t2, csr: number });
    a.emit("sd", { rs1: x.t1, rs2: x.t2, imm: at.traps + 8 * (i + 1) });
  });
  a.emit("addi", { rd: x.t1, rs1: x.zero, imm: fetchFault });
  a.transfer("beq", { rs1: x.t0, rs2: x.t1 }, "goToLink");
  a.emit("csrrs", { rd: x.t0, csr: csr.mepc });
  a.emit("lhu", { rd: x.t1, rs1: x.t0 });
  a.emit("andi", { rd: x.t1, rs1: x.t1, imm: 3 });
  a.emit("addi", { rd: x.t1, rs1: x.t1, imm: -3 });
  a.emit("addi", { rd: x.t0, rs1: x.t0, imm: 2 });
  a.transfer("bne", { rs1: x.t1, rs2: x.zero }, "skip");
  a.emit("addi", { rd: x.t0, rs1: x.t0, imm: 2 });
  a.label("skip");
  a.emit("csrrw", { rs1: x.t0, csr: csr.mepc });
  a.transfer("jal", {}, "resume");
  a.label("goToLink");
  a.emit("csrrw", { rs1: x.ra, csr: csr.mepc });
  a.label("resume");
  a.emit("ld", { rd: x.t0, rs1: x.t6, imm: saved0 });
  a.emit("ld", { rd: x.t1, rs1: x.t6, imm: saved1 });
  a.emit("ld", { rd: x.t2, rs1: x.t6, imm: saved2 });
  a.emit("csrrw", { rd: x.t6, rs1: x.t6, csr: csr.mscratch });
  a.emit("mret");
  a.label("lost");
  a.emit("csrrw", { rd: x.t6, rs1: x.t6, csr: csr.mscratch });
  a.transfer("jal", {}, "finish");
}

function emitTables(a: Assembler, programs: readonly Program[], dumped?: number): void {
  programs.forEach(({ integers, floats, fcsr }, index) => {
    a.label(`registers${index}`);
    for (const value of [0n, ...integers, ...floats, BigInt(fcsr)]) a.word(value);
  });
  a.label("table");
  programs.forEach(({ phase }, index) => {
    a.word(BigInt(a.addressOf(`program${index}`)));
    a.word(BigInt(a.addressOf(`registers${index}`)));
    a.word(BigInt(phase));
    a.word(index === dumped ? 1n : 0n);
  });
  a.word(0n);
}

/** What the words of a program's outcome are, in the order in which they are dumped. */
export const wordNames: readonly string[] = [
  ...Array.from({ length: 32 }, (_, i) => `x${i}`),
  ...Array.from({ length: 32 }, (_, i) => `f${i}`),
  ...["fcsr", "mstatus", "traps", ""],
  ...Array.from({ length: trapLogSlots }, (_, i) => trapWords.map((w) => `trap ${i}: ${w}`)).flat(),
  ...Array.from({ length: scratchWords }, (_, i) => {
    const distance = scratchAddress + 8 * i - scratchCentre;
    return `memory at s0${distance < 0 ? "" : "+"}${distance}`;
  }),
];

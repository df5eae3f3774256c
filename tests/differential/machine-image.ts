/**
 * The bare-metal image that runs many programs one after another, in M-mode at 0x8000_0000.
 *
 * For each program: fill the scratch memory from the pool, load all registers, run the items, save
 * all registers, and print one line: a hash over the record and the scratch memory. The one program
 * that is to be dumped prints all these words, one per line, and ends the machine.
 *
 * The trap handler logs cause, trap value, program counter, mstatus and a digest of the registers, then skips the instruction;
 * after a fetch fault it goes on at `ra`.
 */
import { Assembler } from "./assembler.ts";
import { csr } from "./csr-numbers.ts";
import { frame } from "./frame-code.ts";
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
import { emitSleepOfOthers } from "./report-code.ts";
import type { TestImage } from "./suite.ts";
import { TrapCode } from "./trap-code.ts";

export const poolWords = 256;

const fetchFault = 1;
/** mstatus: FS dirty, MPP machine. */
const initialStatus = 0x7800;
const floatOn = 0x6000;

/** Byte offsets from the record. */
const at = {
  float: recordWords.floats * 8,
  fcsr: recordWords.fcsr * 8,
  mstatus: recordWords.mstatus * 8,
} as const;

/** @param dumped index of the program whose words are printed, and which is the last to run */
export function buildMachineImage(
  programs: readonly Program[],
  pool: readonly bigint[],
  dumped?: number,
): TestImage {
  const a = new Assembler(imageBase);
  emitSleepOfOthers(a);
  a.address(x.t0, "handler");
  a.emit("csrrw", { rs1: x.t0, csr: csr.mtvec });
  frame.start(a, recordAddress);
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

function emitProgramStart(a: Assembler): void {
  frame.next(a);
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

  frame.clear(a, recordWords.trapCount, recordWords.end);

  a.emit("csrrw", { rs1: x.s1, csr: csr.mscratch });
  a.emit("ld", { rd: x.t6, rs1: x.s0, imm: 8 });
  for (let i = 0; i < 32; i++) a.emit("fld", { rd: i, rs1: x.t6, imm: 256 + 8 * i });
  a.emit("ld", { rd: x.t0, rs1: x.t6, imm: 512 });
  a.emit("csrrw", { rs1: x.t0, csr: csr.fcsr });
  for (let i = 1; i < 32; i++) a.emit("ld", { rd: i, rs1: x.t6, imm: 8 * i });
  a.emit("mret");
}

function emitFinish(a: Assembler): void {
  frame.save(a);
  a.emit("csrrs", { rd: x.t0, csr: csr.mstatus });
  a.emit("sd", { rs1: x.s1, rs2: x.t0, imm: at.mstatus });
  a.emit("lui", { rd: x.t0, imm: floatOn });
  a.emit("csrrs", { rs1: x.t0, csr: csr.mstatus });
  for (let i = 0; i < 32; i++) a.emit("fsd", { rs1: x.s1, rs2: i, imm: at.float + 8 * i });
  a.emit("csrrs", { rd: x.t0, csr: csr.fcsr });
  a.emit("sd", { rs1: x.s1, rs2: x.t0, imm: at.fcsr });
  frame.report(a, regions);
}

const regions = [
  { address: recordAddress, words: recordWords.end },
  { address: scratchAddress, words: scratchWords },
];

function emitTrapHandler(a: Assembler): void {
  const trap = new TrapCode(a, {
    name: "trap",
    csrs: {
      ...{ scratch: csr.mscratch, cause: csr.mcause, tval: csr.mtval },
      ...{ epc: csr.mepc, status: csr.mstatus },
    },
    savedAt: -16,
    words: recordWords,
    slots: trapLogSlots,
  });
  a.align(4);
  a.label("handler");
  trap.emitEntry();
  a.emit("addi", { rd: x.t2, rs1: x.t2, imm: -mostTraps });
  a.transfer("blt", { rs1: x.zero, rs2: x.t2 }, "lost");
  trap.emitLog();
  a.emit("addi", { rd: x.t1, imm: fetchFault });
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
  trap.emitExit();
  a.emit("mret");
  a.label("lost");
  trap.emitExit();
  a.transfer("jal", {}, "finish");
}

function emitTables(a: Assembler, programs: readonly Program[], dumped?: number): void {
  programs.forEach(({ integers, floats, fcsr }, index) => {
    a.label(`registers${index}`);
    for (const value of [0n, ...integers, ...floats, BigInt(fcsr)]) a.word(value);
  });
  const entries = programs.map(({ phase }, i) => [`program${i}`, `registers${i}`, BigInt(phase)]);
  frame.table(a, entries, dumped);
}

/** What the words of a program's outcome are, in the order in which they are dumped. */
export const wordNames: readonly string[] = [
  ...Array.from({ length: 32 }, (_, i) => `x${i}`),
  ...Array.from({ length: 32 }, (_, i) => `f${i}`),
  ...["fcsr", "mstatus", "traps", "registers at traps"],
  ...Array.from({ length: trapLogSlots }, (_, i) => trapWords.map((w) => `trap ${i}: ${w}`)).flat(),
  ...Array.from({ length: scratchWords }, (_, i) => {
    const distance = scratchAddress + 8 * i - scratchCentre;
    return `memory at s0${distance < 0 ? "" : "+"}${distance}`;
  }),
];

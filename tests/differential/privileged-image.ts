/**
 * The bare-metal image for programs in U-, S- and M-mode with address translation.
 *
 * Programs end by `ecall` with `endMark` in `a7`. Both trap handlers, direct or vectored, log cause,
 * trap value, program counter, status and a digest of the registers, clear a software interrupt, and skip four bytes: programs have no shorter
 * instruction that traps. After a fetch fault they go on at `ra`.
 */
import { Assembler } from "./assembler.ts";
import { csr } from "./csr-numbers.ts";
import { frame } from "./frame-code.ts";
import { imageBase, mostTraps } from "./guest-layout.ts";
import {
  dataAddress,
  dataPages,
  endMark,
  logSlots,
  pageBytes,
  recordAddress,
  recordWords,
  regions,
  returnAddress,
  returnPages,
  savedCsrs,
  tablePages,
  tableWords,
  userAlias,
} from "./privileged-layout.ts";
import type { Mode, PrivilegedProgram } from "./privileged-program.ts";
import { assembleItems } from "./program.ts";
import { x } from "./registers.ts";
import { emitSleepOfOthers } from "./report-code.ts";
import type { TestImage } from "./suite.ts";
import { TrapCode } from "./trap-code.ts";

const cause = { fetchAccess: 1, callFromUser: 8, fetchPage: 12 } as const;
/** Of `mtvec` and `stvec`; and how many places there are, of all standard interrupts. */
const vectoredMode = 1;
const vectors = 16;
const softwareBits = 0x222;
const returnInstruction = 0x8082;
const privilege: Record<Mode, number> = { user: 0, supervisor: 1, machine: 3 };

export function buildPrivilegedImage(
  programs: readonly PrivilegedProgram[],
  dumped?: number,
): TestImage {
  const a = new Assembler(imageBase);
  emitSleepOfOthers(a);
  frame.start(a, recordAddress);
  emitProtectionOff(a);
  emitReturnPages(a);
  emitNext(a);
  emitFinish(a);
  for (const level of ["machine", "supervisor"] as const) {
    emitHandler(a, level);
    emitVectors(a, level);
  }
  programs.forEach((program, index) => {
    a.align(64);
    for (let i = 0; i < program.padding; i += 2) a.raw(1, 2);
    a.label(`program${index}`);
    assembleItems(a, `p${index}`, program.items);
    a.label(`end${index}`);
    a.emit("addi", { rd: x.a7, imm: endMark });
    a.emit("ecall");
    programSetup(a, program, index);
  });
  emitTables(a, programs, dumped);
  return {
    bytes: a.finish(),
    codeAddress: (program) => a.addressOf(`program${program}`),
    codeEnd: (program) => a.addressOf(`end${program}`),
  };
}

/** Lets all modes access all memory, where there is physical memory protection. */
function emitProtectionOff(a: Assembler): void {
  const everything = 0x1f;
  a.address(x.t0, "unprotected");
  a.emit("csrrw", { rs1: x.t0, csr: csr.mtvec });
  a.emit("addi", { rd: x.t0, imm: -1 });
  a.emit("srli", { rd: x.t0, rs1: x.t0, imm: 10 });
  a.emit("csrrw", { rs1: x.t0, csr: csr.pmpaddr0 });
  a.emit("addi", { rd: x.t0, imm: everything });
  a.emit("csrrw", { rs1: x.t0, csr: csr.pmpcfg0 });
  // Where a hart without it traps to.
  a.align(4);
  a.label("unprotected");
}

/**
 * Each begins with an illegal halfword, and ends with the first half of a long instruction, so that
 * a jump to its end fetches from the next page, too.
 */
function emitReturnPages(a: Assembler): void {
  const halfwords = (returnPages * pageBytes) / 2;
  a.address(x.t0, returnAddress);
  a.emit("lui", { rd: x.t1, imm: 0x8000 });
  a.emit("addi", { rd: x.t1, rs1: x.t1, imm: returnInstruction - 0x8000 });
  a.emit("lui", { rd: x.t2, imm: halfwords & -4096 });
  a.emit("addi", { rd: x.t2, rs1: x.t2, imm: halfwords & 4095 });
  a.label("returns");
  a.emit("sh", { rs1: x.t0, rs2: x.t1 });
  a.emit("addi", { rd: x.t0, rs1: x.t0, imm: 2 });
  a.emit("addi", { rd: x.t2, rs1: x.t2, imm: -1 });
  a.transfer("bne", { rs1: x.t2, rs2: x.zero }, "returns");
  for (let page = 0; page < returnPages; page++) {
    a.address(x.t0, returnAddress + page * pageBytes);
    a.emit("sh", { rs1: x.t0, rs2: x.zero });
    a.address(x.t0, returnAddress + (page + 1) * pageBytes - 2);
    // The low half of `nop`, whose high half is zero.
    a.emit("addi", { rd: x.t1, imm: 0x13 });
    a.emit("sh", { rs1: x.t0, rs2: x.t1 });
  }
}

/** Prepares what all programs have alike, then jumps to the program's own preparation. */
function emitNext(a: Assembler): void {
  frame.next(a);
  a.address(x.t1, "machineHandler");
  a.emit("csrrw", { rs1: x.t1, csr: csr.mtvec });
  a.address(x.t1, "supervisorHandler");
  a.emit("csrrw", { rs1: x.t1, csr: csr.stvec });
  a.emit("csrrw", { csr: csr.mie });
  a.emit("addi", { rd: x.t1, imm: softwareBits });
  a.emit("csrrc", { rs1: x.t1, csr: csr.mip });
  for (const number of [csr.sepc, csr.scause, csr.stval, csr.mepc, csr.mcause, csr.mtval]) {
    a.emit("csrrw", { csr: number });
  }
  for (let i = 0; i < dataPages; i++) {
    a.address(x.t1, dataAddress + i * pageBytes);
    for (const offset of [0, pageBytes - 64]) {
      if (offset > 0) a.address(x.t1, dataAddress + i * pageBytes + offset);
      a.emit("addi", { rd: x.t2, imm: 2 * i + (offset > 0 ? 1 : 0) + 17 });
      a.emit("slli", { rd: x.t3, rs1: x.t2, imm: 20 });
      for (let word = 0; word < 8; word++) {
        a.emit("add", { rd: x.t2, rs1: x.t2, rs2: x.t3 });
        a.emit("sd", { rs1: x.t1, rs2: x.t2, imm: 8 * word });
      }
    }
  }
  frame.clear(a, recordWords.vectored, recordWords.end);
  a.emit("csrrw", { rs1: x.s1, csr: csr.mscratch });
  a.emit("csrrw", { rs1: x.s1, csr: csr.sscratch });
  a.emit("jalr", { rs1: x.t0 });
}

/** Writes page tables, CSRs and registers from the literals behind the code, and starts. */
function programSetup(a: Assembler, program: PrivilegedProgram, index: number): void {
  const literals = [
    ...program.tables.flat(),
    ...program.csrs.map(([, value]) => value),
    ...program.integers,
  ];
  a.align(8);
  a.label(`literals${index}`);
  for (const value of literals) a.word(value);
  a.label(`setup${index}`);
  a.address(x.t6, `literals${index}`);
  let literal = 0;
  const next = (rd: number) => a.emit("ld", { rd, rs1: x.t6, imm: 8 * literal++ });
  program.tables.forEach((words, page) => {
    a.address(x.t1, tablePages[page] as number);
    words.forEach((_, i) => {
      next(x.t2);
      a.emit("sd", { rs1: x.t1, rs2: x.t2, imm: 8 * i });
    });
  });
  a.emit("sfence.vma");
  for (const [number] of program.csrs) {
    next(x.t2);
    a.emit("csrrw", { rs1: x.t2, csr: number });
  }
  for (const level of ["machine", "supervisor"] as const) {
    if (!program.isVectored[level]) continue;
    a.address(x.t1, `${level}Vectors`, vectoredMode);
    a.emit("csrrw", { rs1: x.t1, csr: handlerCsrs[level].vector });
  }
  const isAlias = program.mode === "user" && program.isTranslated;
  a.address(x.t1, `program${index}`);
  if (isAlias) {
    a.emit("lui", { rd: x.t2, imm: userAlias });
    a.emit("add", { rd: x.t1, rs1: x.t1, rs2: x.t2 });
  }
  a.emit("csrrw", { rs1: x.t1, csr: csr.mepc });
  // MPP, where the CSRs above left it zero.
  a.emit("addi", { rd: x.t1, imm: privilege[program.mode] });
  a.emit("slli", { rd: x.t1, rs1: x.t1, imm: 11 });
  a.emit("csrrs", { rs1: x.t1, csr: csr.mstatus });
  for (let register = 1; register < 31; register++) next(register);
  next(x.t6);
  a.emit("mret");
}

/** The end of a program: M-mode, registers as the program left them. */
function emitFinish(a: Assembler): void {
  frame.save(a);
  savedCsrs.forEach((name, i) => {
    a.emit("csrrs", { rd: x.t0, csr: csr[name as keyof typeof csr] });
    a.emit("sd", { rs1: x.s1, rs2: x.t0, imm: 8 * (recordWords.csrs + i) });
  });
  // Neither translated accesses nor interrupts while the harness works.
  a.emit("csrrw", { csr: csr.mstatus });
  a.emit("csrrw", { csr: csr.satp });
  // An entry that matches a part of an access fails in M-mode, too.
  a.emit("csrrw", { csr: csr.pmpcfg0 });
  a.emit("csrrw", { csr: csr.pmpcfg2 });
  frame.report(a, regions);
}

const handlerCsrs = {
  machine: {
    ...{ scratch: csr.mscratch, cause: csr.mcause, tval: csr.mtval, epc: csr.mepc },
    ...{ status: csr.mstatus, pending: csr.mip, vector: csr.mtvec, back: "mret", savedAt: -16 },
  },
  supervisor: {
    ...{ scratch: csr.sscratch, cause: csr.scause, tval: csr.stval, epc: csr.sepc },
    ...{ status: csr.sstatus, pending: csr.sip, vector: csr.stvec, back: "sret", savedAt: -64 },
  },
} as const;

type Level = keyof typeof handlerCsrs;

/**
 * Where interrupts come in a vectored mode: each notes its cause, so that a wrong way in shows.
 * Exceptions come in at the first place.
 */
function emitVectors(a: Assembler, level: Level): void {
  const { scratch, savedAt } = handlerCsrs[level];
  a.align(64);
  a.label(`${level}Vectors`);
  for (let cause = 0; cause < vectors; cause++) {
    a.transfer("jal", {}, cause === 0 ? `${level}Handler` : `${level}.vector${cause}`);
  }
  for (let cause = 1; cause < vectors; cause++) {
    a.label(`${level}.vector${cause}`);
    a.emit("csrrw", { rd: x.t6, rs1: x.t6, csr: scratch });
    a.emit("sd", { rs1: x.t6, rs2: x.t0, imm: savedAt });
    a.emit("ld", { rd: x.t0, rs1: x.t6, imm: 8 * recordWords.vectored });
    a.emit("slli", { rd: x.t0, rs1: x.t0, imm: 4 });
    a.emit("addi", { rd: x.t0, rs1: x.t0, imm: cause });
    a.emit("sd", { rs1: x.t6, rs2: x.t0, imm: 8 * recordWords.vectored });
    a.emit("ld", { rd: x.t0, rs1: x.t6, imm: savedAt });
    a.emit("csrrw", { rd: x.t6, rs1: x.t6, csr: scratch });
    a.transfer("jal", {}, `${level}Handler`);
  }
}

function emitHandler(a: Assembler, level: Level): void {
  const csrs = handlerCsrs[level];
  const label = (name: string) => `${level}.${name}`;
  const trap = new TrapCode(a, {
    ...{ name: level, csrs, savedAt: csrs.savedAt, words: recordWords, slots: logSlots },
  });
  a.align(4);
  a.label(`${level}Handler`);
  trap.emitEntry();
  if (level === "machine") {
    a.emit("addi", { rd: x.t2, rs1: x.t2, imm: -mostTraps });
    a.transfer("blt", { rs1: x.zero, rs2: x.t2 }, label("end"));
  }
  trap.emitLog();
  a.transfer("blt", { rs1: x.t0, rs2: x.zero }, label("interrupt"));
  for (const fault of [cause.fetchAccess, cause.fetchPage]) {
    a.emit("addi", { rd: x.t1, imm: fault });
    a.transfer("beq", { rs1: x.t0, rs2: x.t1 }, label("goToLink"));
  }
  // The three calls: from U-, S- and M-mode.
  a.emit("addi", { rd: x.t1, rs1: x.t0, imm: -cause.callFromUser });
  a.emit("sltiu", { rd: x.t1, rs1: x.t1, imm: 4 });
  a.transfer("beq", { rs1: x.t1, rs2: x.zero }, label("skip"));
  a.emit("addi", { rd: x.t1, imm: endMark });
  a.transfer("beq", { rs1: x.a7, rs2: x.t1 }, label("end"));
  a.label(label("skip"));
  a.emit("csrrs", { rd: x.t0, csr: csrs.epc });
  a.emit("addi", { rd: x.t0, rs1: x.t0, imm: 4 });
  a.emit("csrrw", { rs1: x.t0, csr: csrs.epc });
  a.transfer("jal", {}, label("resume"));
  a.label(label("interrupt"));
  a.emit("addi", { rd: x.t0, imm: softwareBits });
  a.emit("csrrc", { rs1: x.t0, csr: csrs.pending });
  a.transfer("jal", {}, label("resume"));
  a.label(label("goToLink"));
  a.emit("csrrw", { rs1: x.ra, csr: csrs.epc });
  a.label(label("resume"));
  trap.emitExit();
  // Known deviation "stale-mprv".
  if (level === "machine") a.emit("sfence.vma");
  a.emit(csrs.back);
  a.label(label("end"));
  trap.emitExit();
  if (level === "machine") a.transfer("jal", {}, "finish");
  else a.emit("ecall");
}

function emitTables(
  a: Assembler,
  programs: readonly PrivilegedProgram[],
  dumped: number | undefined,
): void {
  const entries = programs.map((_, i) => [`setup${i}`, 0n, 0n]);
  frame.table(a, entries, dumped);
}

if (tableWords * tablePages.length * 8 > 2047) throw new Error("the literals are out of reach");

/**
 * The bare-metal image for programs in U-, S- and M-mode with address translation.
 *
 * Programs end by `ecall` with `endMark` in `a7`. Both trap handlers log cause, trap value, program
 * counter and status, clear a software interrupt, and skip four bytes: programs have no shorter
 * instruction that traps. After a fetch fault they go on at `ra`.
 */
import { Assembler } from "./assembler.ts";
import { csr } from "./csr-numbers.ts";
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
import { emitReport, emitSleepOfOthers } from "./report-code.ts";
import type { TestImage } from "./suite.ts";

const tableEntryBytes = 32;
const at = {
  csrs: 8 * recordWords.csrs,
  trapCount: 8 * recordWords.trapCount,
  traps: 8 * recordWords.traps,
  table: -8,
  saved: { machine: -16, supervisor: -64 },
} as const;

const cause = { fetchAccess: 1, breakpoint: 3, callFromUser: 8, fetchPage: 12 } as const;
const softwareBits = 0x222;
const returnInstruction = 0x8082;
const privilege: Record<Mode, number> = { user: 0, supervisor: 1, machine: 3 };

export function buildPrivilegedImage(
  programs: readonly PrivilegedProgram[],
  dumped?: number,
): TestImage {
  const a = new Assembler(imageBase);
  emitSleepOfOthers(a);
  a.address(x.s1, recordAddress);
  a.address(x.t0, "table");
  a.emit("sd", { rs1: x.s1, rs2: x.t0, imm: at.table });
  emitProtectionOff(a);
  emitReturnPages(a);
  emitNext(a);
  emitFinish(a);
  emitHandler(a, "machine");
  emitHandler(a, "supervisor");
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
  a.label("next");
  a.emit("ld", { rd: x.s0, rs1: x.s1, imm: at.table });
  a.emit("ld", { rd: x.t0, rs1: x.s0 });
  a.transfer("beq", { rs1: x.t0, rs2: x.zero }, "powerOff");
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
  a.emit("addi", { rd: x.t2, rs1: x.s1, imm: at.trapCount });
  a.emit("addi", { rd: x.t5, imm: recordWords.end - recordWords.trapCount });
  a.label("clear");
  a.emit("sd", { rs1: x.t2 });
  a.emit("addi", { rd: x.t2, rs1: x.t2, imm: 8 });
  a.emit("addi", { rd: x.t5, rs1: x.t5, imm: -1 });
  a.transfer("bne", { rs1: x.t5, rs2: x.zero }, "clear");
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
  a.label("finish");
  a.emit("csrrw", { rd: x.t6, rs1: x.t6, csr: csr.mscratch });
  for (let i = 0; i < 31; i++) a.emit("sd", { rs1: x.t6, rs2: i, imm: 8 * i });
  a.emit("addi", { rd: x.s1, rs1: x.t6 });
  a.emit("csrrs", { rd: x.t0, csr: csr.mscratch });
  a.emit("sd", { rs1: x.s1, rs2: x.t0, imm: 8 * 31 });
  savedCsrs.forEach((name, i) => {
    a.emit("csrrs", { rd: x.t0, csr: csr[name as keyof typeof csr] });
    a.emit("sd", { rs1: x.s1, rs2: x.t0, imm: at.csrs + 8 * i });
  });
  // Neither translated accesses nor interrupts while the harness works.
  a.emit("csrrw", { csr: csr.mstatus });
  a.emit("csrrw", { csr: csr.satp });
  // An entry that matches a part of an access fails in M-mode, too.
  a.emit("csrrw", { csr: csr.pmpcfg0 });
  a.emit("csrrw", { csr: csr.pmpcfg2 });
  a.emit("ld", { rd: x.s0, rs1: x.s1, imm: at.table });
  a.emit("addi", { rd: x.t0, rs1: x.s0, imm: tableEntryBytes });
  a.emit("sd", { rs1: x.s1, rs2: x.t0, imm: at.table });
  emitReport(a, regions);
}

const handlerCsrs = {
  machine: {
    ...{ scratch: csr.mscratch, cause: csr.mcause, tval: csr.mtval, epc: csr.mepc },
    ...{ status: csr.mstatus, pending: csr.mip, back: "mret" },
  },
  supervisor: {
    ...{ scratch: csr.sscratch, cause: csr.scause, tval: csr.stval, epc: csr.sepc },
    ...{ status: csr.sstatus, pending: csr.sip, back: "sret" },
  },
} as const;

function emitHandler(a: Assembler, level: "machine" | "supervisor"): void {
  const csrs = handlerCsrs[level];
  const label = (name: string) => `${level}.${name}`;
  const saved = [x.t0, x.t1, x.t2].map(
    (register, i) => [register, at.saved[level] - 8 * i] as const,
  );
  a.align(4);
  a.label(`${level}Handler`);
  a.emit("csrrw", { rd: x.t6, rs1: x.t6, csr: csrs.scratch });
  for (const [register, imm] of saved) a.emit("sd", { rs1: x.t6, rs2: register, imm });
  a.emit("csrrs", { rd: x.t0, csr: csrs.cause });
  a.emit("addi", { rd: x.t1, imm: cause.breakpoint });
  a.transfer("bne", { rs1: x.t0, rs2: x.t1 }, label("log"));
  a.emit("csrrw", { csr: csrs.tval });
  a.label(label("log"));
  a.emit("ld", { rd: x.t1, rs1: x.t6, imm: at.trapCount });
  a.emit("addi", { rd: x.t2, rs1: x.t1, imm: 1 });
  a.emit("sd", { rs1: x.t6, rs2: x.t2, imm: at.trapCount });
  if (level === "machine") {
    a.emit("addi", { rd: x.t2, rs1: x.t2, imm: -mostTraps });
    a.transfer("blt", { rs1: x.zero, rs2: x.t2 }, label("end"));
  }
  a.emit("addi", { rd: x.t2, imm: logSlots });
  a.emit("remu", { rd: x.t1, rs1: x.t1, rs2: x.t2 });
  a.emit("slli", { rd: x.t1, rs1: x.t1, imm: 5 });
  a.emit("add", { rd: x.t1, rs1: x.t1, rs2: x.t6 });
  a.emit("sd", { rs1: x.t1, rs2: x.t0, imm: at.traps });
  [csrs.tval, csrs.epc, csrs.status].forEach((number, i) => {
    a.emit("csrrs", { rd: x.t2, csr: number });
    a.emit("sd", { rs1: x.t1, rs2: x.t2, imm: at.traps + 8 * (i + 1) });
  });
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
  for (const [register, imm] of saved) a.emit("ld", { rd: register, rs1: x.t6, imm });
  a.emit("csrrw", { rd: x.t6, rs1: x.t6, csr: csrs.scratch });
  // Known deviation "stale-mprv".
  if (level === "machine") a.emit("sfence.vma");
  a.emit(csrs.back);
  a.label(label("end"));
  for (const [register, imm] of saved) a.emit("ld", { rd: register, rs1: x.t6, imm });
  a.emit("csrrw", { rd: x.t6, rs1: x.t6, csr: csrs.scratch });
  if (level === "machine") a.transfer("jal", {}, "finish");
  else a.emit("ecall");
}

function emitTables(
  a: Assembler,
  programs: readonly PrivilegedProgram[],
  dumped: number | undefined,
): void {
  a.align(8);
  a.label("table");
  programs.forEach((_, index) => {
    a.word(BigInt(a.addressOf(`setup${index}`)));
    a.word(0n);
    a.word(0n);
    a.word(index === dumped ? 1n : 0n);
  });
  a.word(0n);
}

if (tableWords * tablePages.length * 8 > 2047) throw new Error("the literals are out of reach");

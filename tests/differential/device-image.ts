/**
 * A bare-metal image that does a list of device accesses and prints, for each, what it read and what
 * `mip` shows after it: one line of 16 hexadecimal digits, `mip` in the upper half.
 */
import { Assembler } from "./assembler.ts";
import { imageBase, recordAddress } from "./guest-layout.ts";

export interface DeviceAccess {
  readonly address: number;
  readonly bytes: 1 | 4;
  /** What is written; a read has none. */
  readonly value?: number;
  /** Whether it gets a line; where the two machines are known to differ it does not. */
  readonly silent?: boolean;
}

const ra = 1;
const t0 = 5;
const t1 = 6;
const t2 = 7;
const s0 = 8;
const s1 = 9;
const t3 = 28;
const t4 = 29;
const mip = 0x344;
const kind = { load1: 0, load4: 1, store1: 2, store4: 3 } as const;
const uart = 0x1000_0000;
const holdingEmpty = 0x20;

export function buildDeviceImage(accesses: readonly DeviceAccess[]): Uint8Array {
  const a = new Assembler(imageBase);
  a.address(s0, "table");
  a.address(s1, recordAddress);
  emitAccesses(a);
  emitPrint(a);
  a.align(8);
  a.label("table");
  for (const { address, bytes, value, silent } of accesses) {
    const load = bytes === 1 ? kind.load1 : kind.load4;
    a.word(BigInt(address));
    a.word(BigInt(value === undefined ? load : load + kind.store1));
    a.word(BigInt(value ?? 0));
    a.word(silent ? 0n : 8n);
  }
  a.word(0n);
  return a.finish();
}

/** s0 goes through the table, s1 through the record; a silent access is overwritten by the next. */
function emitAccesses(a: Assembler): void {
  a.label("next");
  a.emit("ld", { rd: t0, rs1: s0 });
  a.emit("ld", { rd: t1, rs1: s0, imm: 8 });
  a.emit("ld", { rd: t2, rs1: s0, imm: 16 });
  a.transfer("beq", { rs1: t0, rs2: 0 }, "finish");
  a.emit("addi", { rd: t4 });
  for (const [name, mnemonic] of [
    ["load1", "lbu"],
    ["load4", "lwu"],
    ["store1", "sb"],
    ["store4", "sw"],
  ] as const) {
    a.emit("addi", { rd: t3, imm: kind[name] });
    a.transfer("bne", { rs1: t1, rs2: t3 }, `not ${name}`);
    a.emit(mnemonic, mnemonic.startsWith("l") ? { rd: t4, rs1: t0 } : { rs1: t0, rs2: t2 });
    a.label(`not ${name}`);
  }
  a.emit("csrrs", { rd: t3, csr: mip });
  a.emit("sw", { rs1: s1, rs2: t4 });
  a.emit("sw", { rs1: s1, rs2: t3, imm: 4 });
  a.emit("ld", { rd: t0, rs1: s0, imm: 24 });
  a.emit("add", { rd: s1, rs1: s1, rs2: t0 });
  a.emit("addi", { rd: s0, rs1: s0, imm: 32 });
  a.transfer("jal", {}, "next");
}

/** Brings the UART back to where it sends, prints the record up to s1, and powers off. */
function emitPrint(a: Assembler): void {
  a.label("finish");
  a.emit("lui", { rd: t0, imm: uart });
  a.emit("addi", { rd: t1, imm: 3 });
  a.emit("sb", { rs1: t0, rs2: t1, imm: 3 });
  a.emit("sb", { rs1: t0, imm: 4 });
  a.address(s0, recordAddress);
  a.label("line");
  a.transfer("beq", { rs1: s0, rs2: s1 }, "off");
  a.emit("ld", { rd: t1, rs1: s0 });
  a.emit("addi", { rd: t2, imm: 60 });
  a.label("digit");
  a.emit("srl", { rd: t3, rs1: t1, rs2: t2 });
  a.emit("andi", { rd: t3, rs1: t3, imm: 15 });
  a.emit("addi", { rd: t4, rs1: t3, imm: -10 });
  a.emit("addi", { rd: t3, rs1: t3, imm: 0x30 });
  a.transfer("blt", { rs1: t4, rs2: 0 }, "put");
  a.emit("addi", { rd: t3, rs1: t3, imm: 0x61 - 0x3a });
  a.label("put");
  a.transfer("jal", { rd: ra }, "send");
  a.emit("addi", { rd: t2, rs1: t2, imm: -4 });
  a.transfer("bge", { rs1: t2, rs2: 0 }, "digit");
  a.emit("addi", { rd: t3, imm: 10 });
  a.transfer("jal", { rd: ra }, "send");
  a.emit("addi", { rd: s0, rs1: s0, imm: 8 });
  a.transfer("jal", {}, "line");

  a.label("send");
  a.emit("lbu", { rd: t4, rs1: t0, imm: 5 });
  a.emit("andi", { rd: t4, rs1: t4, imm: holdingEmpty });
  a.transfer("beq", { rs1: t4, rs2: 0 }, "send");
  a.emit("sb", { rs1: t0, rs2: t3 });
  a.emit("jalr", { rs1: ra });

  a.label("off");
  a.emit("lui", { rd: t0, imm: 0x10_0000 });
  a.emit("lui", { rd: t1, imm: 0x5000 });
  a.emit("addi", { rd: t1, rs1: t1, imm: 0x555 });
  a.emit("sw", { rs1: t0, rs2: t1 });
  a.label("spin");
  a.transfer("jal", {}, "spin");
}

/**
 * C for RV64 (unprivileged manual, chapter 27), Zcb and Zcmop (chapters "Zc*" and "Zimop"): each
 * row names the instruction that it abbreviates.
 */
import type { Operands } from "../pattern.ts";
import { type CompressedRow, compressed as row } from "../row.ts";

const sp = 2;
const ra = 1;

const same = (o: Operands) => o;
/** `rd` is also the first source. */
const inPlace = (o: Operands): Partial<Operands> => ({ ...o, rs1: o.rd });
const stackLoad = (o: Operands): Partial<Operands> => ({ ...o, rs1: sp });
const stackStore = (o: Operands): Partial<Operands> => ({ ...o, rs1: sp });

const registerPair = (mnemonic: string, base: string, bit12: string, funct2: string) =>
  row(`c.${mnemonic}`, `100 ${bit12} 11 rd' ${funct2} rs2' 01`, "{rd}, {rs2}", base, inPlace);

/** Zcb: operations on one register, which is the destination, too. */
const inOneRegister = (mnemonic: string, funct3: string, base: string, others: Partial<Operands>) =>
  row(`c.${mnemonic}`, `100 1 11 rd' 11 ${funct3} 01`, "{rd}", base, (o) => ({
    ...inPlace(o),
    ...others,
  }));

/** Zcb: what compilers use often beside the instructions of C. */
const moreRows: readonly CompressedRow[] = [
  row("c.lbu", "100 000 rs1' uimm[0|1] rd' 00", "{rd}, {imm}({rs1})", "lbu", same),
  row("c.lhu", "100 001 rs1' 0 uimm[1] rd' 00", "{rd}, {imm}({rs1})", "lhu", same),
  row("c.lh", "100 001 rs1' 1 uimm[1] rd' 00", "{rd}, {imm}({rs1})", "lh", same),
  row("c.sb", "100 010 rs1' uimm[0|1] rs2' 00", "{rs2}, {imm}({rs1})", "sb", same),
  row("c.sh", "100 011 rs1' 0 uimm[1] rs2' 00", "{rs2}, {imm}({rs1})", "sh", same),
  inOneRegister("zext.b", "000", "andi", { imm: 0xff }),
  inOneRegister("sext.b", "001", "sext.b", {}),
  inOneRegister("zext.h", "010", "packw", {}),
  inOneRegister("sext.h", "011", "sext.h", {}),
  inOneRegister("zext.w", "100", "add.uw", {}),
  inOneRegister("not", "101", "xori", { imm: -1 }),
  registerPair("mul", "mul", "1", "10"),
];

/** Zcmop: reserved for operations that may write nothing where a hart does not know them. */
const mayBeRows: readonly CompressedRow[] = [1, 3, 5, 7, 9, 11, 13, 15].map((n) =>
  row(`c.mop.${n}`, `0110 ${n.toString(2).padStart(5, "0")} 00000 01`, "", "addi", same),
);

export const compressedRows: readonly CompressedRow[] = [
  // Quadrant 0
  row(
    "c.addi4spn",
    "000 uimm[5:4|9:6|2|3] rd' 00",
    "{rd}, sp, {imm}",
    "addi",
    stackLoad,
    (o) => o.imm !== 0,
  ),
  row("c.fld", "001 uimm[5:3] rs1' uimm[7:6] rd' 00", "{rd:f}, {imm}({rs1})", "fld", same),
  row("c.lw", "010 uimm[5:3] rs1' uimm[2|6] rd' 00", "{rd}, {imm}({rs1})", "lw", same),
  row("c.ld", "011 uimm[5:3] rs1' uimm[7:6] rd' 00", "{rd}, {imm}({rs1})", "ld", same),
  row("c.fsd", "101 uimm[5:3] rs1' uimm[7:6] rs2' 00", "{rs2:f}, {imm}({rs1})", "fsd", same),
  row("c.sw", "110 uimm[5:3] rs1' uimm[2|6] rs2' 00", "{rs2}, {imm}({rs1})", "sw", same),
  row("c.sd", "111 uimm[5:3] rs1' uimm[7:6] rs2' 00", "{rs2}, {imm}({rs1})", "sd", same),
  // Quadrant 1
  row("c.addi", "000 imm[5] rd imm[4:0] 01", "{rd}, {imm}", "addi", inPlace),
  row("c.addiw", "001 imm[5] rd imm[4:0] 01", "{rd}, {imm}", "addiw", inPlace, (o) => o.rd !== 0),
  row("c.li", "010 imm[5] rd imm[4:0] 01", "{rd}, {imm}", "addi", same),
  row(
    "c.addi16sp",
    "011 imm[9] 00010 imm[4|6|8:7|5] 01",
    "sp, {imm}",
    "addi",
    (o) => ({ ...o, rd: sp, rs1: sp }),
    (o) => o.imm !== 0,
  ),
  row(
    "c.lui",
    "011 imm[17] rd imm[16:12] 01",
    "{rd}, {upper}",
    "lui",
    same,
    (o) => o.rd !== sp && o.imm !== 0,
  ),
  row("c.srli", "100 uimm[5] 00 rd' uimm[4:0] 01", "{rd}, {imm}", "srli", inPlace),
  row("c.srai", "100 uimm[5] 01 rd' uimm[4:0] 01", "{rd}, {imm}", "srai", inPlace),
  row("c.andi", "100 imm[5] 10 rd' imm[4:0] 01", "{rd}, {imm}", "andi", inPlace),
  registerPair("sub", "sub", "0", "00"),
  registerPair("xor", "xor", "0", "01"),
  registerPair("or", "or", "0", "10"),
  registerPair("and", "and", "0", "11"),
  registerPair("subw", "subw", "1", "00"),
  registerPair("addw", "addw", "1", "01"),
  row("c.j", "101 imm[11|4|9:8|10|6|7|3:1|5] 01", "{target}", "jal", same),
  row("c.beqz", "110 imm[8|4:3] rs1' imm[7:6|2:1|5] 01", "{rs1}, {target}", "beq", same),
  row("c.bnez", "111 imm[8|4:3] rs1' imm[7:6|2:1|5] 01", "{rs1}, {target}", "bne", same),
  // Quadrant 2
  row("c.slli", "000 uimm[5] rd uimm[4:0] 10", "{rd}, {imm}", "slli", inPlace),
  row("c.fldsp", "001 uimm[5] rd uimm[4:3|8:6] 10", "{rd:f}, {imm}(sp)", "fld", stackLoad),
  row(
    "c.lwsp",
    "010 uimm[5] rd uimm[4:2|7:6] 10",
    "{rd}, {imm}(sp)",
    "lw",
    stackLoad,
    (o) => o.rd !== 0,
  ),
  row(
    "c.ldsp",
    "011 uimm[5] rd uimm[4:3|8:6] 10",
    "{rd}, {imm}(sp)",
    "ld",
    stackLoad,
    (o) => o.rd !== 0,
  ),
  row("c.jr", "100 0 rs1 00000 10", "{rs1}", "jalr", same, (o) => o.rs1 !== 0),
  row("c.mv", "100 0 rd rs2 10", "{rd}, {rs2}", "add", same, (o) => o.rs2 !== 0),
  row("c.ebreak", "1001000000000010", "", "ebreak", same),
  row(
    "c.jalr",
    "100 1 rs1 00000 10",
    "{rs1}",
    "jalr",
    (o) => ({ ...o, rd: ra }),
    (o) => o.rs1 !== 0,
  ),
  row("c.add", "100 1 rd rs2 10", "{rd}, {rs2}", "add", inPlace, (o) => o.rs2 !== 0),
  row("c.fsdsp", "101 uimm[5:3|8:6] rs2 10", "{rs2:f}, {imm}(sp)", "fsd", stackStore),
  row("c.swsp", "110 uimm[5:2|7:6] rs2 10", "{rs2}, {imm}(sp)", "sw", stackStore),
  row("c.sdsp", "111 uimm[5:3|8:6] rs2 10", "{rs2}, {imm}(sp)", "sd", stackStore),
  ...moreRows,
  ...mayBeRows,
];

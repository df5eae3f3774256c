/** RV32I and RV64I base integer instructions (unprivileged manual, chapters 2 and 4). */
import { type I64, i64, select } from "../../base/wasm/value.ts";
import { type InstructionRow, instruction as row } from "../row.ts";
import type { Semantics } from "../semantics.ts";
import {
  type Binary,
  registerRegister,
  shift,
  word,
  wordRegister,
  wordShift,
  zeroExtended,
} from "./forms.ts";

const registerImmediate = (mnemonic: string, funct3: string, result: Binary) =>
  row(mnemonic, `imm[11:0] rs1 ${funct3} rd 0010011`, "{rd}, {rs1}, {imm}", (m) =>
    m.writeRd(result(m.rs1, m.imm, m)),
  );

const branch = (
  mnemonic: string,
  funct3: string,
  condition: (m: Semantics) => ReturnType<I64["eq"]>,
) =>
  row(
    mnemonic,
    `imm[12|10:5] rs2 rs1 ${funct3} imm[4:1|11] 1100011`,
    "{rs1}, {rs2}, {target}",
    (m) => m.branch(condition(m)),
  );

const load = (
  mnemonic: string,
  funct3: string,
  width: 1 | 2 | 4 | 8,
  sign: "signed" | "unsigned",
) =>
  row(mnemonic, `imm[11:0] rs1 ${funct3} rd 0000011`, "{rd}, {imm}({rs1})", (m) =>
    m.writeRd(m.load(m.rs1.add(m.imm), width, sign)),
  );

const store = (mnemonic: string, funct3: string, width: 1 | 2 | 4 | 8) =>
  row(mnemonic, `imm[11:5] rs2 rs1 ${funct3} imm[4:0] 0100011`, "{rs2}, {imm}({rs1})", (m) =>
    m.store(m.rs1.add(m.imm), m.rs2, width),
  );

export const integerRows: readonly InstructionRow[] = [
  row("lui", "imm[31:12] rd 0110111", "{rd}, {upper}", (m) => m.writeRd(m.imm)),
  row("auipc", "imm[31:12] rd 0010111", "{rd}, {upper}", (m) => m.writeRd(m.pc.add(m.imm))),
  row("jal", "imm[20|10:1|11|19:12] rd 1101111", "{rd}, {target}", (m) => {
    m.writeRd(m.next);
    m.jump();
  }),
  row("jalr", "imm[11:0] rs1 000 rd 1100111", "{rd}, {imm}({rs1})", (m) => {
    const target = m.f.let(m.rs1.add(m.imm));
    m.writeRd(m.next);
    m.jumpTo(target);
  }),
  branch("beq", "000", (m) => m.rs1.eq(m.rs2)),
  branch("bne", "001", (m) => m.rs1.ne(m.rs2)),
  branch("blt", "100", (m) => m.rs1.ltS(m.rs2)),
  branch("bge", "101", (m) => m.rs1.geS(m.rs2)),
  branch("bltu", "110", (m) => m.rs1.ltU(m.rs2)),
  branch("bgeu", "111", (m) => m.rs1.geU(m.rs2)),
  load("lb", "000", 1, "signed"),
  load("lh", "001", 2, "signed"),
  load("lw", "010", 4, "signed"),
  load("ld", "011", 8, "signed"),
  load("lbu", "100", 1, "unsigned"),
  load("lhu", "101", 2, "unsigned"),
  load("lwu", "110", 4, "unsigned"),
  store("sb", "000", 1),
  store("sh", "001", 2),
  store("sw", "010", 4),
  store("sd", "011", 8),
  registerImmediate("addi", "000", (a, b) => a.add(b)),
  registerImmediate("slti", "010", (a, b) => a.ltS(b).extendU()),
  registerImmediate("sltiu", "011", (a, b) => a.ltU(b).extendU()),
  registerImmediate("xori", "100", (a, b) => a.xor(b)),
  registerImmediate("ori", "110", (a, b) => a.or(b)),
  registerImmediate("andi", "111", (a, b) => a.and(b)),
  shift("slli", "000000", "001", (a, n) => a.shl(n)),
  shift("srli", "000000", "101", (a, n) => a.shrU(n)),
  shift("srai", "010000", "101", (a, n) => a.shrS(n)),
  registerRegister("add", "0000000", "000", (a, b) => a.add(b)),
  registerRegister("sub", "0100000", "000", (a, b) => a.sub(b)),
  registerRegister("sll", "0000000", "001", (a, b) => a.shl(b)),
  registerRegister("slt", "0000000", "010", (a, b) => a.ltS(b).extendU()),
  registerRegister("sltu", "0000000", "011", (a, b) => a.ltU(b).extendU()),
  registerRegister("xor", "0000000", "100", (a, b) => a.xor(b)),
  registerRegister("srl", "0000000", "101", (a, b) => a.shrU(b)),
  registerRegister("sra", "0100000", "101", (a, b) => a.shrS(b)),
  registerRegister("or", "0000000", "110", (a, b) => a.or(b)),
  registerRegister("and", "0000000", "111", (a, b) => a.and(b)),
  row("addiw", "imm[11:0] rs1 000 rd 0011011", "{rd}, {rs1}, {imm}", (m) =>
    m.writeRd(m.rs1.wrap().add(m.imm.wrap()).extendS()),
  ),
  wordShift("slliw", "0000000", "001", (a, n) => a.wrap().shl(n.wrap()).extendS()),
  wordShift("srliw", "0000000", "101", (a, n) => a.wrap().shrU(n.wrap()).extendS()),
  wordShift("sraiw", "0100000", "101", (a, n) => a.wrap().shrS(n.wrap()).extendS()),
  wordRegister("addw", "0000000", "000", (a, b) => a.wrap().add(b.wrap()).extendS()),
  wordRegister("subw", "0100000", "000", (a, b) => a.wrap().sub(b.wrap()).extendS()),
  wordRegister("sllw", "0000000", "001", (a, b) => a.wrap().shl(b.wrap()).extendS()),
  wordRegister("srlw", "0000000", "101", (a, b) => a.wrap().shrU(b.wrap()).extendS()),
  wordRegister("sraw", "0100000", "101", (a, b) => a.wrap().shrS(b.wrap()).extendS()),
  // Zihintpause: one of the fences that order nothing.
  row("pause", "0000 0001 0000 00000 000 00000 0001111", "", (m) => m.endTurn(), "fence"),
  row("fence", "fm pred succ rs1 000 rd 0001111", "{pred}, {succ}", () => {}),
  row("fence.i", "imm[11:0] rs1 001 rd 0001111", "", (m) => m.fenceInstructions()),
];

/** RV32M and RV64M (chapter 12). */
export const multiplyRows: readonly InstructionRow[] = [
  registerRegister("mul", "0000001", "000", (a, b) => a.mul(b)),
  row("mulh", "0000001 rs2 rs1 001 rd 0110011", "{rd}, {rs1}, {rs2}", (m) =>
    highProduct(m, true, true),
  ),
  row("mulhsu", "0000001 rs2 rs1 010 rd 0110011", "{rd}, {rs1}, {rs2}", (m) =>
    highProduct(m, true, false),
  ),
  row("mulhu", "0000001 rs2 rs1 011 rd 0110011", "{rd}, {rs1}, {rs2}", (m) =>
    highProduct(m, false, false),
  ),
  row("div", "0000001 rs2 rs1 100 rd 0110011", "{rd}, {rs1}, {rs2}", (m) =>
    divide(m, m.rs1, m.rs2, (v) => v),
  ),
  row("divu", "0000001 rs2 rs1 101 rd 0110011", "{rd}, {rs1}, {rs2}", (m) =>
    divideUnsigned(m, m.rs1, m.rs2, (v) => v),
  ),
  row("rem", "0000001 rs2 rs1 110 rd 0110011", "{rd}, {rs1}, {rs2}", (m) =>
    remainder(m, m.rs1, m.rs2, (v) => v),
  ),
  row("remu", "0000001 rs2 rs1 111 rd 0110011", "{rd}, {rs1}, {rs2}", (m) =>
    remainderUnsigned(m, m.rs1, m.rs2, (v) => v),
  ),
  wordRegister("mulw", "0000001", "000", (a, b) => a.wrap().mul(b.wrap()).extendS()),
  row("divw", "0000001 rs2 rs1 100 rd 0111011", "{rd}, {rs1}, {rs2}", (m) =>
    divide(m, word(m.rs1), word(m.rs2), word),
  ),
  row("divuw", "0000001 rs2 rs1 101 rd 0111011", "{rd}, {rs1}, {rs2}", (m) =>
    divideUnsigned(m, zeroExtended(m.rs1), zeroExtended(m.rs2), word),
  ),
  row("remw", "0000001 rs2 rs1 110 rd 0111011", "{rd}, {rs1}, {rs2}", (m) =>
    remainder(m, word(m.rs1), word(m.rs2), word),
  ),
  row("remuw", "0000001 rs2 rs1 111 rd 0111011", "{rd}, {rs1}, {rs2}", (m) =>
    remainderUnsigned(m, zeroExtended(m.rs1), zeroExtended(m.rs2), word),
  ),
];

/** Upper 64 bits of the 128-bit product, from four 32-bit partial products (Knuth, algorithm M). */
function highProduct(m: Semantics, signedA: boolean, signedB: boolean): void {
  const { f } = m;
  const a = f.let(m.rs1);
  const b = f.let(m.rs2);
  const lowA = zeroExtended(a);
  const highA = a.shrU(32);
  const lowB = zeroExtended(b);
  const highB = b.shrU(32);
  const middle = f.let(highA.mul(lowB).add(lowA.mul(lowB).shrU(32)));
  const carry = zeroExtended(middle).add(lowA.mul(highB)).shrU(32);
  let high = highA.mul(highB).add(middle.shrU(32)).add(carry);
  // A negative operand counts 2^64 too much in the unsigned product.
  if (signedA) high = high.sub(a.shrS(63).and(b));
  if (signedB) high = high.sub(b.shrS(63).and(a));
  m.writeRd(high);
}

const allOnes = i64.const(-1);

/** Division by zero gives all ones; the overflow -2^63 / -1 gives the dividend (table 11). */
function divide(m: Semantics, dividend: I64, divisor: I64, narrow: (v: I64) => I64): void {
  const { f } = m;
  const a = f.let(dividend);
  const b = f.let(divisor);
  // A quotient by 0 or -1 must not reach the host's division: both can trap there.
  const special = b.add(1).leU(1);
  f.if(
    special,
    () => m.writeRd(narrow(select(b.eqz(), allOnes, a.neg()))),
    () => m.writeRd(narrow(a.divS(b))),
  );
}

function divideUnsigned(m: Semantics, dividend: I64, divisor: I64, narrow: (v: I64) => I64): void {
  const { f } = m;
  const a = f.let(dividend);
  const b = f.let(divisor);
  f.if(
    b.eqz(),
    () => m.writeRd(allOnes),
    () => m.writeRd(narrow(a.divU(b))),
  );
}

function remainder(m: Semantics, dividend: I64, divisor: I64, narrow: (v: I64) => I64): void {
  const { f } = m;
  const a = f.let(dividend);
  const b = f.let(divisor);
  f.if(
    b.add(1).leU(1),
    () => m.writeRd(narrow(select(b.eqz(), a, i64.const(0)))),
    () => m.writeRd(narrow(a.remS(b))),
  );
}

function remainderUnsigned(
  m: Semantics,
  dividend: I64,
  divisor: I64,
  narrow: (v: I64) => I64,
): void {
  const { f } = m;
  const a = f.let(dividend);
  const b = f.let(divisor);
  f.if(
    b.eqz(),
    () => m.writeRd(narrow(a)),
    () => m.writeRd(narrow(a.remU(b))),
  );
}

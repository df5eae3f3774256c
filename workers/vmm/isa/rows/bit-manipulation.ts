/** Zba, Zbb and Zbs (unprivileged manual, chapter "B"), and Zicond. */
import { type I64, i64, select } from "../../base/wasm/value.ts";
import { type InstructionRow, instruction as row } from "../row.ts";
import {
  type Binary,
  oneSource,
  registerRegister,
  shift,
  wordRegister,
  wordShift,
  wordSource,
  zeroExtended,
} from "./forms.ts";
import { reverseBytes } from "./permutations.ts";

/** Zba: sums for addresses. */
const addressRows: readonly InstructionRow[] = [
  wordRegister("add.uw", "0000100", "000", (a, b) => zeroExtended(a).add(b)),
  row("slli.uw", "000010 uimm[5:0] rs1 001 rd 0011011", "{rd}, {rs1}, {imm}", (m) =>
    m.writeRd(zeroExtended(m.rs1).shl(m.imm)),
  ),
  ...([1, 2, 3] as const).flatMap((n) => {
    const funct3 = ["010", "100", "110"][n - 1] as string;
    return [
      registerRegister(`sh${n}add`, "0010000", funct3, (a, b) => a.shl(n).add(b)),
      wordRegister(`sh${n}add.uw`, "0010000", funct3, (a, b) => zeroExtended(a).shl(n).add(b)),
    ];
  }),
];

/** 255 in each byte that is not zero. */
const orCombine = (value: I64): I64 => {
  const lowBits = 0x7f7f_7f7f_7f7f_7f7fn;
  const marks = value.and(lowBits).add(lowBits).or(value).shrU(7).and(0x0101_0101_0101_0101n);
  return marks.mul(255);
};

const chosen = (isFirst: (a: I64, b: I64) => ReturnType<I64["eq"]>): Binary => {
  return (first, second, { f }) => {
    const [a, b] = [f.let(first), f.let(second)];
    return select(isFirst(a, b), a, b);
  };
};

/** Zbb: what compilers and string functions use most. `zext.h` is an alias of `packw`. */
const basicRows: readonly InstructionRow[] = [
  registerRegister("andn", "0100000", "111", (a, b) => a.and(b.not())),
  registerRegister("orn", "0100000", "110", (a, b) => a.or(b.not())),
  registerRegister("xnor", "0100000", "100", (a, b) => a.xor(b).not()),
  oneSource("clz", "011000000000", "001", (a) => a.clz()),
  oneSource("ctz", "011000000001", "001", (a) => a.ctz()),
  oneSource("cpop", "011000000010", "001", (a) => a.popcnt()),
  wordSource("clzw", "011000000000", "001", (a) => a.wrap().clz().extendU()),
  wordSource("ctzw", "011000000001", "001", (a) => a.wrap().ctz().extendU()),
  wordSource("cpopw", "011000000010", "001", (a) => a.wrap().popcnt().extendU()),
  registerRegister(
    "max",
    "0000101",
    "110",
    chosen((a, b) => a.gtS(b)),
  ),
  registerRegister(
    "maxu",
    "0000101",
    "111",
    chosen((a, b) => a.gtU(b)),
  ),
  registerRegister(
    "min",
    "0000101",
    "100",
    chosen((a, b) => a.ltS(b)),
  ),
  registerRegister(
    "minu",
    "0000101",
    "101",
    chosen((a, b) => a.ltU(b)),
  ),
  oneSource("sext.b", "011000000100", "001", (a) => a.extend8S()),
  oneSource("sext.h", "011000000101", "001", (a) => a.extend16S()),
  registerRegister("rol", "0110000", "001", (a, b) => a.rotl(b)),
  registerRegister("ror", "0110000", "101", (a, b) => a.rotr(b)),
  wordRegister("rolw", "0110000", "001", (a, b) => a.wrap().rotl(b.wrap()).extendS()),
  wordRegister("rorw", "0110000", "101", (a, b) => a.wrap().rotr(b.wrap()).extendS()),
  shift("rori", "011000", "101", (a, n) => a.rotr(n)),
  wordShift("roriw", "0110000", "101", (a, n) => a.wrap().rotr(n.wrap()).extendS()),
  oneSource("orc.b", "001010000111", "101", (a, { f }) => orCombine(f.let(a))),
  oneSource("rev8", "011010111000", "101", (a, { f }) => reverseBytes(f, a)),
];

const single = (n: I64): I64 => i64.const(1).shl(n);

/** Zbs: one bit, its number in a register or immediate. */
const singleBitRows: readonly InstructionRow[] = (
  [
    ["bclr", "010010", "001", (a, n) => a.and(single(n).not())],
    ["bext", "010010", "101", (a, n) => a.shrU(n).and(1)],
    ["binv", "011010", "001", (a, n) => a.xor(single(n))],
    ["bset", "001010", "001", (a, n) => a.or(single(n))],
  ] as const satisfies readonly (readonly [string, string, string, Binary])[]
).flatMap(([name, funct6, funct3, result]) => [
  registerRegister(name, `${funct6}0`, funct3, result),
  shift(`${name}i`, funct6, funct3, result),
]);

/** Zicond: zero where the condition register is zero, or is not. */
const conditionalRows: readonly InstructionRow[] = [
  registerRegister("czero.eqz", "0000111", "101", (a, b) => select(b.eqz(), i64.const(0), a)),
  registerRegister("czero.nez", "0000111", "111", (a, b) => select(b.eqz(), a, i64.const(0))),
];

export const bitManipulationRows: readonly InstructionRow[] = [
  ...addressRows,
  ...basicRows,
  ...singleBitRows,
  ...conditionalRows,
];

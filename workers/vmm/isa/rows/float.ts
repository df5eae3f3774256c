/** F, D, Zfh and Zfa (unprivileged manual), generated for all formats. */
import { type InstructionRow, instruction as row } from "../row.ts";
import type { FloatFormat, FloatSemantics, IntegerFormat } from "../semantics.ts";

interface Format {
  readonly format: FloatFormat;
  /** Its letter in mnemonics, and that of an integer register's part of the same size. */
  readonly s: string;
  readonly bits: string;
  readonly fmt: string;
  readonly funct3: string;
  readonly bytes: 2 | 4 | 8;
}

const formats: readonly Format[] = [
  { format: "single", s: "s", bits: "w", fmt: "00", funct3: "010", bytes: 4 },
  { format: "double", s: "d", bits: "d", fmt: "01", funct3: "011", bytes: 8 },
  { format: "half", s: "h", bits: "h", fmt: "10", funct3: "001", bytes: 2 },
];

const integers: readonly [IntegerFormat, string][] = [
  ["w", "00000"],
  ["wu", "00001"],
  ["l", "00010"],
  ["lu", "00011"],
];

const rounded = "{rd:f}, {rs1:f}, {rs2:f}{rm}";
const compared = "{rd}, {rs1:f}, {rs2:f}";

function rowsOf({ format, s, bits, fmt, funct3, bytes }: Format): InstructionRow[] {
  const arithmetic = (name: "add" | "sub" | "mul" | "div", funct5: string) =>
    row(`f${name}.${s}`, `${funct5}${fmt} rs2 rs1 rm rd 1010011`, rounded, (m) =>
      m.float.arithmetic(name, format),
    );
  const fused = (name: string, opcode: string, negateProduct: boolean, negateAddend: boolean) =>
    row(
      `${name}.${s}`,
      `rs3 ${fmt} rs2 rs1 rm rd ${opcode}`,
      "{rd:f}, {rs1:f}, {rs2:f}, {rs3:f}{rm}",
      (m) => m.float.fused(format, negateProduct, negateAddend),
    );
  const compare = (name: Parameters<FloatSemantics["compare"]>[0], funct3: string) =>
    row(`f${name}.${s}`, `10100${fmt} rs2 rs1 ${funct3} rd 1010011`, compared, (m) =>
      m.float.compare(name, format),
    );
  const minMax = (name: Parameters<FloatSemantics["minMax"]>[0], funct3: string) =>
    row(
      `f${name}.${s}`,
      `00101${fmt} rs2 rs1 ${funct3} rd 1010011`,
      "{rd:f}, {rs1:f}, {rs2:f}",
      (m) => m.float.minMax(name, format),
    );
  return [
    row(`fl${bits}`, `imm[11:0] rs1 ${funct3} rd 0000111`, "{rd:f}, {imm}({rs1})", (m) =>
      m.float.load(m.rs1.add(m.imm), format),
    ),
    row(`fs${bits}`, `imm[11:5] rs2 rs1 ${funct3} imm[4:0] 0100111`, "{rs2:f}, {imm}({rs1})", (m) =>
      m.store(m.rs1.add(m.imm), m.float.raw(2), bytes),
    ),
    fused("fmadd", "1000011", false, false),
    fused("fmsub", "1000111", false, true),
    fused("fnmsub", "1001011", true, false),
    fused("fnmadd", "1001111", true, true),
    arithmetic("add", "00000"),
    arithmetic("sub", "00001"),
    arithmetic("mul", "00010"),
    arithmetic("div", "00011"),
    row(`fsqrt.${s}`, `01011${fmt} 00000 rs1 rm rd 1010011`, "{rd:f}, {rs1:f}{rm}", (m) =>
      m.float.arithmetic("sqrt", format),
    ),
    row(`fsgnj.${s}`, `00100${fmt} rs2 rs1 000 rd 1010011`, "{rd:f}, {rs1:f}, {rs2:f}", (m) =>
      m.float.signInject(format, (_, other) => other),
    ),
    row(`fsgnjn.${s}`, `00100${fmt} rs2 rs1 001 rd 1010011`, "{rd:f}, {rs1:f}, {rs2:f}", (m) =>
      m.float.signInject(format, (_, other) => other.not()),
    ),
    row(`fsgnjx.${s}`, `00100${fmt} rs2 rs1 010 rd 1010011`, "{rd:f}, {rs1:f}, {rs2:f}", (m) =>
      m.float.signInject(format, (own, other) => own.xor(other)),
    ),
    minMax("min", "000"),
    minMax("max", "001"),
    compare("le", "000"),
    compare("lt", "001"),
    compare("eq", "010"),
    // Zfa.
    minMax("minm", "010"),
    minMax("maxm", "011"),
    compare("leq", "100"),
    compare("ltq", "101"),
    row(`fround.${s}`, `01000${fmt} 00100 rs1 rm rd 1010011`, "{rd:f}, {rs1:f}{rm}", (m) =>
      m.float.toIntegral("round", format),
    ),
    row(`froundnx.${s}`, `01000${fmt} 00101 rs1 rm rd 1010011`, "{rd:f}, {rs1:f}{rm}", (m) =>
      m.float.toIntegral("roundnx", format),
    ),
    row(`fli.${s}`, `11110${fmt} 00001 rs1 000 rd 1010011`, "{rd:f}, {constant}", (m) =>
      m.float.loadConstant(format),
    ),
    // F, D and Zfh.
    row(`fclass.${s}`, `11100${fmt} 00000 rs1 001 rd 1010011`, "{rd}, {rs1:f}", (m) =>
      m.float.classify(format),
    ),
    ...integers.flatMap(([integer, code]) => [
      row(
        `fcvt.${integer}.${s}`,
        `11000${fmt} ${code} rs1 rm rd 1010011`,
        "{rd}, {rs1:f}{rm}",
        (m) => m.float.toInteger(format, integer),
      ),
      row(
        `fcvt.${s}.${integer}`,
        `11010${fmt} ${code} rs1 rm rd 1010011`,
        "{rd:f}, {rs1}{rm}",
        (m) => m.float.fromInteger(format, integer),
      ),
    ]),
    row(`fmv.x.${bits}`, `11100${fmt} 00000 rs1 000 rd 1010011`, "{rd}, {rs1:f}", (m) =>
      m.float.moveToInteger(format),
    ),
    row(`fmv.${bits}.x`, `11110${fmt} 00000 rs1 000 rd 1010011`, "{rd:f}, {rs1}", (m) =>
      m.float.moveFromInteger(format),
    ),
  ];
}

export const floatRows: readonly InstructionRow[] = [
  ...formats.flatMap(rowsOf),
  ...formats.flatMap((to) =>
    formats
      .filter((from) => from !== to)
      .map((from) =>
        row(
          `fcvt.${to.s}.${from.s}`,
          `01000${to.fmt} 000${from.fmt} rs1 rm rd 1010011`,
          "{rd:f}, {rs1:f}{rm}",
          (m) => m.float.convert(to.format, from.format),
        ),
      ),
  ),
  row("fcvtmod.w.d", "1100001 01000 rs1 001 rd 1010011", "{rd}, {rs1:f}, rtz", (m) =>
    m.float.toIntegerModular(),
  ),
];

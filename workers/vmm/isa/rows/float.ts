/** F and D (unprivileged manual, chapters 20 and 21), generated for both formats. */
import { type InstructionRow, instruction as row } from "../row.ts";
import type { FloatFormat, IntegerFormat } from "../semantics.ts";

const formats: readonly { format: FloatFormat; s: string; fmt: string; width: "010" | "011" }[] = [
  { format: "single", s: "s", fmt: "00", width: "010" },
  { format: "double", s: "d", fmt: "01", width: "011" },
];

const integers: readonly [IntegerFormat, string][] = [
  ["w", "00000"],
  ["wu", "00001"],
  ["l", "00010"],
  ["lu", "00011"],
];

const rounded = "{rd:f}, {rs1:f}, {rs2:f}{rm}";
const compared = "{rd}, {rs1:f}, {rs2:f}";

function rowsOf({ format, s, fmt, width }: (typeof formats)[number]): InstructionRow[] {
  const bits = s === "s" ? "w" : "d";
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
  const compare = (name: "eq" | "lt" | "le", funct3: string) =>
    row(`f${name}.${s}`, `10100${fmt} rs2 rs1 ${funct3} rd 1010011`, compared, (m) =>
      m.float.compare(name, format),
    );
  const minMax = (name: "min" | "max", funct3: string) =>
    row(
      `f${name}.${s}`,
      `00101${fmt} rs2 rs1 ${funct3} rd 1010011`,
      "{rd:f}, {rs1:f}, {rs2:f}",
      (m) => m.float.minMax(name, format),
    );
  return [
    row(`fl${bits}`, `imm[11:0] rs1 ${width} rd 0000111`, "{rd:f}, {imm}({rs1})", (m) =>
      m.float.load(m.rs1.add(m.imm), format),
    ),
    row(`fs${bits}`, `imm[11:5] rs2 rs1 ${width} imm[4:0] 0100111`, "{rs2:f}, {imm}({rs1})", (m) =>
      m.store(m.rs1.add(m.imm), m.float.raw(2), s === "s" ? 4 : 8),
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
  row("fcvt.s.d", "0100000 00001 rs1 rm rd 1010011", "{rd:f}, {rs1:f}{rm}", (m) =>
    m.float.convert("single"),
  ),
  row("fcvt.d.s", "0100001 00000 rs1 rm rd 1010011", "{rd:f}, {rs1:f}{rm}", (m) =>
    m.float.convert("double"),
  ),
];

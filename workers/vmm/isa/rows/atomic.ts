/** RV32A and RV64A (unprivileged manual, chapter 13), and Zacas. */
import { type I64, select } from "../../base/wasm/value.ts";
import { type InstructionRow, instruction as row } from "../row.ts";

const formats = [
  { suffix: "w", width: 4, funct3: "010" },
  { suffix: "d", width: 8, funct3: "011" },
] as const;

const operations: readonly [string, string, (old: I64, operand: I64) => I64][] = [
  ["amoswap", "00001", (_, operand) => operand],
  ["amoadd", "00000", (old, operand) => old.add(operand)],
  ["amoxor", "00100", (old, operand) => old.xor(operand)],
  ["amoand", "01100", (old, operand) => old.and(operand)],
  ["amoor", "01000", (old, operand) => old.or(operand)],
  ["amomin", "10000", (old, operand) => select(old.ltS(operand), old, operand)],
  ["amomax", "10100", (old, operand) => select(old.gtS(operand), old, operand)],
  ["amominu", "11000", (old, operand) => select(old.ltU(operand), old, operand)],
  ["amomaxu", "11100", (old, operand) => select(old.gtU(operand), old, operand)],
];

const swapped = "{rd}, {rs2}, ({rs1})";

export const atomicRows: readonly InstructionRow[] = [
  // Zacas, whose widest form takes pairs of registers that begin with an even one.
  row("amocas.q", "00101 aq rl rs2[4:1] 0 rs1 100 rd[4:1] 0 0101111", swapped, (m) =>
    m.compareAndSwap(m.rs1, 16),
  ),
  ...formats.flatMap(({ suffix, width, funct3 }) => [
    row(`amocas.${suffix}`, `00101 aq rl rs2 rs1 ${funct3} rd 0101111`, swapped, (m) =>
      m.compareAndSwap(m.rs1, width),
    ),
    row(`lr.${suffix}`, `00010 aq rl 00000 rs1 ${funct3} rd 0101111`, "{rd}, ({rs1})", (m) =>
      m.loadReserved(m.rs1, width),
    ),
    row(`sc.${suffix}`, `00011 aq rl rs2 rs1 ${funct3} rd 0101111`, swapped, (m) =>
      m.storeConditional(m.rs1, m.rs2, width),
    ),
    ...operations.map(([name, funct5, update]) =>
      row(
        `${name}.${suffix}`,
        `${funct5} aq rl rs2 rs1 ${funct3} rd 0101111`,
        swapped,
        // Word operands are compared and combined as sign-extended words, unsigned order included:
        // sign extension keeps the unsigned order of 32-bit values.
        (m) =>
          m.atomic(m.rs1, width, (old, operand) =>
            width === 4 ? update(old, operand.extend32S()) : update(old, operand),
          ),
      ),
    ),
  ]),
];

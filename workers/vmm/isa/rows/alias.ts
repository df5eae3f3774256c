/**
 * Encodings that are instructions of other rows and have names of their own: hints, which do
 * nothing beside what those do, and operations that are another one's special case.
 */
import { type AliasRow, alias } from "../row.ts";

const prefetch = (kind: string, number: string) =>
  alias(`prefetch.${kind}`, `imm[11:5] ${number} rs1 110 00000 0010011`, "{imm}({rs1})", "ori");

const binary = (n: number, width: number) => n.toString(2).padStart(width, "0");
const mayBeOperations = [
  ...Array.from({ length: 32 }, (_, n) => {
    const [high, middle, low] = [binary(n >> 4, 1), binary((n >> 2) & 3, 2), binary(n & 3, 2)];
    const pattern = `1${high}00${middle}0111${low} rs1 100 rd 1110011`;
    return alias(`mop.r.${n}`, pattern, "{rd}, {rs1}", "mop.r");
  }),
  ...Array.from({ length: 8 }, (_, n) => {
    const pattern = `1${binary(n >> 2, 1)}00${binary(n & 3, 2)}1 rs2 rs1 100 rd 1110011`;
    return alias(`mop.rr.${n}`, pattern, "{rd}, {rs1}, {rs2}", "mop.rr");
  }),
];

export const aliasRows: readonly AliasRow[] = [
  // Zbb where there is no Zbkb.
  alias("zext.h", "0000100 00000 rs1 100 rd 0111011", "{rd}, {rs1}", "packw"),
  // Zicbop: the memory has no caches to fill.
  prefetch("i", "00000"),
  prefetch("r", "00001"),
  prefetch("w", "00011"),
  // Zimop: each number is an operation of its own.
  ...mayBeOperations,
];

import type { InstructionRow } from "../isa/row.ts";

/** What the translator wants to know of a row again and again. */
export interface RowFacts {
  /** Fields that name registers, and whether of floating point. */
  readonly registers: readonly {
    readonly field: "rs1" | "rs2" | "rs3" | "rd";
    readonly isFloat: boolean;
  }[];
  readonly usesFloat: boolean;
  /** What an instruction with an address of the form `imm(rs1)` or `(rs1)` does there: an atomic one stores. */
  readonly access: "load" | "store" | undefined;
}

const known = new Map<InstructionRow, RowFacts>();

/** Read off the row's encoding and assembly, once. */
export function rowFacts(row: InstructionRow): RowFacts {
  const found = known.get(row);
  if (found) return found;
  const { pattern, assembly } = row;
  const fields = (["rs1", "rs2", "rs3", "rd"] as const).filter((name) => pattern.fields.has(name));
  const isAccess = assembly.includes("({rs1})");
  const isLoad = pattern.fields.has("rd") && !pattern.fields.has("rs2");
  const facts: RowFacts = {
    registers: fields.map((field) => ({ field, isFloat: assembly.includes(`{${field}:f}`) })),
    usesFloat: assembly.includes(":f}"),
    access: isAccess ? (isLoad ? "load" : "store") : undefined,
  };
  known.set(row, facts);
  return facts;
}

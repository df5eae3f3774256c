import type { Operands, Pattern } from "./pattern.ts";
import { parsePattern } from "./pattern.ts";
import type { Semantics } from "./semantics.ts";

/** One instruction: its name, encoding, operands in assembly text, and meaning. */
export interface InstructionRow {
  readonly mnemonic: string;
  readonly pattern: Pattern;
  /** Operand part of the assembly text, e.g. `{rd}, {imm}({rs1})`. */
  readonly assembly: string;
  readonly execute: (m: Semantics) => void;
  /** Mnemonic of a later row whose pattern has these encodings, too: the first row counts. */
  readonly caseOf?: string;
}

/** A 16-bit encoding of an instruction that has a row of its own. */
export interface CompressedRow {
  readonly mnemonic: string;
  readonly pattern: Pattern;
  readonly assembly: string;
  /** Mnemonic of the instruction that it abbreviates. */
  readonly base: string;
  /** Operands of the base instruction, from those in the encoding. */
  readonly expand: (operands: Operands) => Partial<Operands>;
  /** False for the encodings of this pattern that are reserved or belong to another row. */
  readonly where: (operands: Operands) => boolean;
}

/** An own name for some encodings of an instruction: for assembly text, not for execution. */
export interface AliasRow {
  readonly mnemonic: string;
  readonly pattern: Pattern;
  readonly assembly: string;
  /** Mnemonic of the instruction that these encodings are. */
  readonly base: string;
}

export function instruction(
  mnemonic: string,
  pattern: string,
  assembly: string,
  execute: (m: Semantics) => void,
  caseOf?: string,
): InstructionRow {
  const own = { mnemonic, pattern: parsePattern(pattern), assembly, execute };
  return caseOf === undefined ? own : { ...own, caseOf };
}

export function compressed(
  mnemonic: string,
  pattern: string,
  assembly: string,
  base: string,
  expand: (operands: Operands) => Partial<Operands>,
  where: (operands: Operands) => boolean = () => true,
): CompressedRow {
  return { mnemonic, pattern: parsePattern(pattern), assembly, base, expand, where };
}

export function alias(mnemonic: string, pattern: string, assembly: string, base: string): AliasRow {
  return { mnemonic, pattern: parsePattern(pattern), assembly, base };
}

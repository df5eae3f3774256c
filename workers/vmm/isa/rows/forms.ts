/** Rows of the common integer formats: what differs is the name, the function bits and the result. */
import type { I64 } from "../../base/wasm/value.ts";
import { type InstructionRow, instruction as row } from "../row.ts";
import type { Semantics } from "../semantics.ts";

/** The result from both operands; those that are used twice are bound with `m.f.let`. */
export type Binary = (a: I64, b: I64, m: Semantics) => I64;
export type Unary = (a: I64, m: Semantics) => I64;

/** Sign-extends the low half: what a 32-bit operation leaves in its register. */
export const word = (value: I64): I64 => value.extend32S();
export const zeroExtended = (value: I64): I64 => value.and(0xffff_ffff);

const withRegisters =
  (opcode: string) =>
  (mnemonic: string, funct7: string, funct3: string, result: Binary): InstructionRow =>
    row(mnemonic, `${funct7} rs2 rs1 ${funct3} rd ${opcode}`, "{rd}, {rs1}, {rs2}", (m) =>
      m.writeRd(result(m.rs1, m.rs2, m)),
    );

/** OP: register with register; OP-32 is where instructions on words are, mostly. */
export const registerRegister = withRegisters("0110011");
export const wordRegister = withRegisters("0111011");

/** OP-IMM with a six-bit shift amount or bit number. */
export const shift = (
  mnemonic: string,
  funct6: string,
  funct3: string,
  result: Binary,
): InstructionRow =>
  row(mnemonic, `${funct6} uimm[5:0] rs1 ${funct3} rd 0010011`, "{rd}, {rs1}, {imm}", (m) =>
    m.writeRd(result(m.rs1, m.imm, m)),
  );

/** OP-IMM-32 with a five-bit shift amount. */
export const wordShift = (
  mnemonic: string,
  funct7: string,
  funct3: string,
  result: Binary,
): InstructionRow =>
  row(mnemonic, `${funct7} uimm[4:0] rs1 ${funct3} rd 0011011`, "{rd}, {rs1}, {imm}", (m) =>
    m.writeRd(result(m.rs1, m.imm, m)),
  );

const withOneSource =
  (opcode: string) =>
  (mnemonic: string, funct12: string, funct3: string, result: Unary): InstructionRow =>
    row(mnemonic, `${funct12} rs1 ${funct3} rd ${opcode}`, "{rd}, {rs1}", (m) =>
      m.writeRd(result(m.rs1, m)),
    );

/** One source; the bits of a second one, or of an immediate, say which operation. */
export const oneSource = withOneSource("0010011");
export const wordSource = withOneSource("0011011");

import { rowsOf } from "./random-operands.ts";

/** Rows of the instruction table by what a program has to do to use them. */
export const usableRows = {
  // `c.addi16sp` writes nothing but a pointer: see `changedPointer`.
  integer: rowsOf("integer").filter(({ mnemonic }) => mnemonic !== "c.addi16sp"),
  float: rowsOf("float"),
  memory: rowsOf("memory"),
  atomic: rowsOf("atomic"),
};

import type { Operands } from "../../workers/vmm/isa/pattern.ts";
import type { Line } from "./program.ts";

/** One instruction of the table; operands that are not given are zero. */
export const one = (mnemonic: string, operands: Partial<Operands> = {}): Line => ({
  kind: "instruction",
  mnemonic,
  operands,
});

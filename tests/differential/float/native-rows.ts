import type { InstructionRow } from "../../../workers/vmm/isa/row.ts";
import { instructionTable } from "../../../workers/vmm/isa/table.ts";

/** The instructions that the host's arithmetic is an oracle of: loads, stores and constants compute nothing. */
export const nativeRows: readonly InstructionRow[] = instructionTable.filter(
  ({ mnemonic }) => /^f.*\.[hsd]\b|^fmv\./.test(mnemonic) && !mnemonic.startsWith("fli"),
);

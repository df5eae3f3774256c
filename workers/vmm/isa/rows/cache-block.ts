/** Zicbom and Zicboz (unprivileged manual, chapter "CMO"): cache blocks of 64 bytes. */
import { type InstructionRow, instruction as row } from "../row.ts";

const operation = (
  name: string,
  funct12: string,
  execute: Parameters<typeof row>[3],
): InstructionRow => row(`cbo.${name}`, `${funct12} rs1 010 00000 0001111`, "({rs1})", execute);

export const cacheBlockRows: readonly InstructionRow[] = [
  operation("inval", "000000000000", (m) => m.manageCacheBlock(m.rs1, "invalidate")),
  operation("clean", "000000000001", (m) => m.manageCacheBlock(m.rs1, "clean")),
  operation("flush", "000000000010", (m) => m.manageCacheBlock(m.rs1, "flush")),
  operation("zero", "000000000100", (m) => m.zeroCacheBlock(m.rs1)),
];

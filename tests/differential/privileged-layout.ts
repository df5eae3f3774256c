/**
 * Address space of the programs that run below M-mode or translate their data accesses.
 *
 *     0x0000_0000   windows of 2 MiB: random leaves and tables, see `random-page-tables.ts`
 *     0x4000_0000   a random entry of the root: 1 GiB of physical memory, or nothing
 *     0x8000_0000   all physical memory as it is, for S-mode: code and trap handlers
 *     0xc000_0000   the same for U-mode
 *
 * The rest is not mapped. In Sv48 and Sv57 the same may be seen again 512 GiB and 256 TiB further.
 */
import type { Region } from "./report-code.ts";

export const userAlias = 0x4000_0000;

export const recordAddress = 0x8080_0000;

/** Page tables: the words that may be used, at the beginning of each page. */
export const tables = {
  root: 0x8082_0000,
  middle: 0x8082_1000,
  leaves: [0x8082_2000, 0x8082_3000],
  // Above the root of Sv39: that of Sv48, and above it that of Sv57.
  upper: 0x8082_4000,
  top: 0x8082_5000,
} as const;
export const tablePages = [
  ...[tables.root, tables.middle],
  ...tables.leaves,
  ...[tables.upper, tables.top],
];
export const tableWords = 8;

/** On a boundary of 2 MiB, so that a large leaf can map it; programs use its first and last words. */
export const dataAddress = 0x8100_0000;
export const dataPages = 6;
export const dataWords = 8;
/** Pages full of `ret`, to jump to; see `emitReturnPages`. */
export const returnAddress = 0x8100_8000;
export const returnPages = 2;

export const pageBytes = 4096;

/** Passed in `a7` to the `ecall` that ends a program; no program holds it there before. */
export const endMark = 0x7ff;

export const logSlots = 48;
/** The CSRs saved when a program ended. */
export const savedCsrs = [
  ...["mstatus", "medeleg", "mideleg", "mie", "mcounteren"],
  ...["sepc", "scause", "stval", "stvec", "scounteren", "senvcfg", "satp"],
] as const;

/** Word offsets in the record. */
export const recordWords = {
  integers: 0,
  csrs: 32,
  /** A hexadecimal digit for each interrupt that came through a vector: its cause. */
  vectored: 47,
  trapCount: 48,
  /** Over all registers at all traps. */
  digest: 49,
  traps: 50,
  end: 50 + 4 * logSlots,
} as const;

export const regions: readonly Region[] = [
  { address: recordAddress, words: recordWords.end },
  ...tablePages.map((address) => ({ address, words: tableWords })),
  ...Array.from({ length: dataPages }, (_, i) => [
    { address: dataAddress + i * pageBytes, words: dataWords },
    { address: dataAddress + (i + 1) * pageBytes - 8 * dataWords, words: dataWords },
  ]).flat(),
];

const tableNames = ["root", "middle table", "leaf table 0", "leaf table 1", "upper", "top"];

/** What the words of a program's outcome are, in the order of the regions. */
export const wordNames: readonly string[] = [
  ...Array.from({ length: 32 }, (_, i) => `x${i}`),
  ...Array.from({ length: 15 }, (_, i) => savedCsrs[i] ?? ""),
  ...["vectored interrupts", "traps", "registers at traps"],
  ...Array.from({ length: logSlots }, (_, i) =>
    ["cause", "tval", "epc", "status"].map((word) => `trap ${i}: ${word}`),
  ).flat(),
  ...tableNames.flatMap((name) => Array.from({ length: tableWords }, (_, i) => `${name}[${i}]`)),
  ...Array.from({ length: dataPages }, (_, page) =>
    Array.from({ length: 2 * dataWords }, (_, i) => {
      const offset = i < dataWords ? 8 * i : pageBytes + 8 * (i - 2 * dataWords);
      return `data page ${page} + 0x${offset.toString(16)}`;
    }),
  ).flat(),
];

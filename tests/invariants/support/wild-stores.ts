/**
 * A guest that writes in every way there is to a few pages, over and over, beside its code too, reads
 * what it wrote, and calculates: each round adds to a sum that the next stores depend on.
 */
import { asm, type Line, loadConstant } from "../../support/assembler.ts";

/** Ways to write, with their widths. */
export const ways = [
  ...(["sb", "sh", "sw", "sd", "amoadd.w", "amoswap.d", "sc.d"] as const),
  ...(["fsw", "fsd", "cbo.zero", "ld", "lbu", "jump", "fadd.d"] as const),
] as const;

export interface WildAccess {
  readonly way: (typeof ways)[number];
  readonly page: number;
  readonly offset: number;
}

export const wildPages = 20;
const base = 0x8000_0000;
/** The first of the pages is the one behind the code. */
const data = base + 0x4000;
const [address, value, sum, status] = [5, 6, 10, 7] as const;
const floatOn = 0x2000;
const widths = { b: 1, h: 2, w: 4, d: 8 } as const;
const ret = 0x8067;

function access({ way, page, offset }: WildAccess): Line[] {
  const width = widths[way.at(-1) as keyof typeof widths] ?? 1;
  const isAligned = way.startsWith("amo") || way.startsWith("sc");
  const at = data + page * 4096 + (isAligned ? offset - (offset % width) : offset);
  const go = loadConstant(address, at);
  switch (way) {
    case "ld":
    case "lbu":
      return [
        ...go,
        asm(way, { rd: value, rs1: address }),
        asm("add", { rd: sum, rs1: sum, rs2: value }),
      ];
    case "amoadd.w":
    case "amoswap.d":
      return [
        ...go,
        asm(way, { rd: value, rs1: address, rs2: sum }),
        asm("add", { rd: sum, rs1: sum, rs2: value }),
      ];
    case "sc.d":
      return [
        ...go,
        asm("lr.d", { rd: value, rs1: address }),
        asm(way, { rd: value, rs1: address, rs2: sum }),
      ];
    case "fsw":
    case "fsd":
      return [...go, asm("fmv.d.x", { rd: 1, rs1: sum }), asm(way, { rs1: address, rs2: 1 })];
    case "fadd.d":
      // Which path executes it is seen in the exit counts.
      return [
        asm("fcvt.d.w", { rd: 2, rs1: sum }),
        asm("fadd.d", { rd: 3, rs1: 2, rs2: 2 }),
        asm("fmv.x.d", { rd: value, rs1: 3 }),
        asm("add", { rd: sum, rs1: sum, rs2: value }),
      ];
    case "cbo.zero":
      return [...go, asm(way, { rs1: address })];
    case "jump": {
      // A function of one instruction is stored there, and called.
      const place = data + page * 4096 + (offset & 0xff8);
      return [
        ...loadConstant(address, place),
        ...loadConstant(value, ret),
        asm("sw", { rs1: address, rs2: value }),
        asm("jalr", { rd: 1, rs1: address }),
      ];
    }
    default:
      return [...go, asm(way, { rs1: address, rs2: sum })];
  }
}

export function wildStores(accesses: readonly WildAccess[]): Line[] {
  return [
    ...loadConstant(status, floatOn),
    asm("csrrs", { rs1: status, csr: 0x300 }),
    "again",
    asm("addi", { rd: sum, rs1: sum, imm: 3 }),
    ...accesses.flatMap(access),
    asm("jal", { to: "again" }),
  ];
}

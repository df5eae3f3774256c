import { elfWithSymbols } from "../contracts/support/elf-with-symbols.ts";
import { asm, assemble, loadConstant } from "../support/assembler.ts";

const start = 0x8000_0000;
const finisher = 0x10_0000;
const pass = 0x5555;

/** An ELF file with two functions, `sort` and `copy`, of which the first has three times as much to do. */
export function twoFunctionsGuest(): Uint8Array {
  const busyLoop = (turns: number) => [
    ...loadConstant(5, turns),
    "turn",
    asm("addi", { rd: 5, rs1: 5, imm: -1 }),
    asm("bne", { rs1: 5, to: "turn" }),
  ];
  const sort = assemble(start, busyLoop(750_000));
  const copy = assemble(start + sort.length, [
    ...busyLoop(250_000),
    ...loadConstant(6, finisher),
    ...loadConstant(7, pass),
    asm("sw", { rs1: 6, rs2: 7 }),
    "stop",
    asm("jal", { to: "stop" }),
  ]);
  const bytes = Uint8Array.from([...sort, ...copy]);
  return elfWithSymbols(start, [{ address: start, bytes }], {
    sort: start,
    copy: start + sort.length,
  });
}

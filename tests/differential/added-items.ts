/**
 * Instructions that QEMU 7.2 does not know, or has wrong, and newer versions do: Zfa, Zacas, Zicond,
 * Zcb, Zimop, Zcmop, Zawrs, Zicbom, Zicboz, Svinval, and `ctzw`.
 */
import { one } from "./one.ts";
import type { Item, Line } from "./program.ts";
import type { Random } from "./random.ts";
import { freeRegister, isKept, randomOperands, rowsOf, sourceRegister } from "./random-operands.ts";
import type { WeightedItem } from "./weighted-item.ts";

export const addedItems: readonly WeightedItem[] = [
  [30, registersOnly],
  [8, compressedAccess],
  [12, compareAndSwap],
  [5, cacheBlock],
  [2, waitOrInvalidate],
];

const rows = rowsOf("notCompared");
const rowsLike = (mnemonic: RegExp) => rows.filter((row) => mnemonic.test(row.mnemonic));

const computing = rowsLike(/^(ctzw|(c\.)?mop\.|czero\.|c\.([sz]ext|not|mul)|f)/);
const accessing = rowsLike(/^c\.(l|s)[bh]/);
const swapping = rowsLike(/^amocas\./);
const managing = rowsLike(/^cbo\./);

function registersOnly(random: Random): Item {
  // As often as the others together: there are more of them, and they have more operands.
  const isFloat = random.chance(0.5);
  const row = random.pick(computing.filter(({ mnemonic }) => mnemonic.startsWith("f") === isFloat));
  const operands = randomOperands(random, row);
  const computed = one(row.mnemonic, operands);
  if (!row.mnemonic.startsWith("fround")) return [computed];
  // Known deviation "unused-rounding": the result is stored, so that it is not for nothing.
  return [computed, one("fsd", { rs1: 8, rs2: operands.rd, imm: 8 * random.between(-8, 8) })];
}

function compressedAccess(random: Random): Item {
  const row = random.pick(accessing);
  return [one(row.mnemonic, { ...randomOperands(random, row), rs1: 8 + random.below(2) })];
}

/** Often with what is in memory, so that the swap takes place. */
function compareAndSwap(random: Random): Item {
  const row = random.pick(swapping);
  const isPair = row.mnemonic.endsWith("q");
  const width = isPair ? 16 : row.mnemonic.endsWith("d") ? 8 : 4;
  const rd = isPair ? freePair(random) : freeRegister(random);
  const inPair = (register: number) => register === rd || (isPair && register === rd + 1);
  let base = freeRegister(random);
  while (inPair(base)) base = freeRegister(random);
  const rs2 = isPair ? 2 * random.below(16) : sourceRegister(random);
  const misaligned = random.chance(0.05) ? random.between(1, width - 1) : 0;
  const load = width === 4 ? "lw" : "ld";
  const loads: Line[] = [
    one(load, { rd, rs1: base }),
    ...(isPair ? [one(load, { rd: rd + 1, rs1: base, imm: 8 })] : []),
  ];
  return [
    one("addi", { rd: base, rs1: 8, imm: width * random.between(-4, 4) + misaligned }),
    ...(random.chance(0.6) ? loads : []),
    ...(random.chance(0.1) ? [one("addi", { rd, rs1: rd, imm: 1 })] : []),
    one(row.mnemonic, { rd, rs1: base, rs2, aq: random.below(2), rl: random.below(2) }),
  ];
}

/** An even register that may be written together with the one behind it. */
function freePair(random: Random): number {
  for (;;) {
    const register = 2 * random.between(1, 15);
    if (!isKept(register) && !isKept(register + 1)) return register;
  }
}

function cacheBlock(random: Random): Item {
  const row = random.pick(managing);
  const base = freeRegister(random);
  const address = one("addi", { rd: base, rs1: 8, imm: random.between(-250, 500) });
  return [address, one(row.mnemonic, { ...randomOperands(random, row), rs1: base })];
}

function waitOrInvalidate(random: Random): Item {
  return [
    random.pick([
      ...[one("wrs.nto"), one("wrs.sto"), one("sfence.w.inval"), one("sfence.inval.ir")],
      one("sinval.vma", { rs1: sourceRegister(random), rs2: sourceRegister(random) }),
    ]),
  ];
}

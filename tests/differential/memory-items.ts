/** Loads, stores and atomics in the scratch memory. */
import { one } from "./one.ts";
import type { Item, Line } from "./program.ts";
import type { Random } from "./random.ts";
import {
  freeRegister,
  otherThan,
  pointers,
  randomOperands,
  sourceRegister,
} from "./random-operands.ts";
import { usableRows } from "./usable-rows.ts";
import type { WeightedItem } from "./weighted-item.ts";

const sp = 2;

export const memoryItems: readonly WeightedItem[] = [
  [16, memoryAccess],
  [3, farMemoryAccess],
  [4, atomic],
  [2, reservation],
];

/** Bytes around each pointer that programs use: all of it lies in the scratch memory. */
const reachBelow = -256;
const reachAbove = 512;

/** A load or store at a pointer, aligned or not, often close to the page boundary. */
function memoryAccess(random: Random): Item {
  const row = random.pick(usableRows.memory);
  for (;;) {
    const operands = randomOperands(random, row);
    const pointer = /sp$/.test(row.mnemonic) ? sp : random.pick([2, 8, 9]);
    if (row.pattern.fields.has("rs1"))
      operands.rs1 = row.pattern.bits === 32 ? pointer : 8 + random.below(2);
    // Small distances often, so that accesses overlap and cross the page boundary.
    if (row.pattern.bits === 32)
      operands.imm = random.chance(0.6) ? random.between(-24, 40) : operands.imm >> 2;
    if (operands.imm < reachBelow || operands.imm > reachAbove) continue;
    return [one(row.mnemonic, operands)];
  }
}

/** The whole range of the immediate, from a register that is that much off. */
function farMemoryAccess(random: Random): Item {
  const row = random.pick(usableRows.memory.filter(({ pattern }) => pattern.bits === 32));
  const operands = randomOperands(random, row);
  const imm = Math.max(operands.imm, -2047);
  const base = freeRegister(random);
  const pointer = random.pick([...pointers.keys()]);
  return [
    one("addi", { rd: base, rs1: pointer, imm: -imm }),
    one(row.mnemonic, { ...operands, rs1: base, imm }),
  ];
}

function atomic(random: Random): Item {
  const row = random.pick(usableRows.atomic.filter(({ mnemonic }) => mnemonic.startsWith("amo")));
  const base = freeRegister(random);
  const width = row.mnemonic.endsWith("d") ? 8 : 4;
  const misaligned = random.chance(0.05) ? random.between(1, width - 1) : 0;
  const imm = random.between(-4, 4) * width + misaligned;
  return [
    one("addi", { rd: base, rs1: 8, imm }),
    one(row.mnemonic, { ...randomOperands(random, row), rs1: base }),
  ];
}

/**
 * `lr` and `sc` of one width with nothing between that could trap, for whether a trap ends the
 * reservation is each implementation's affair; now and then the value changes in between.
 */
function reservation(random: Random): Item {
  const width = random.pick(["w", "d"]);
  const base = freeRegister(random);
  const other = otherThan(random, base);
  const order = () => ({ aq: random.below(2), rl: random.below(2) });
  const imm = random.between(-4, 4) * 8;
  const between: Line[] = [];
  if (random.chance(0.3))
    between.push(one(`s${width}`, { rs1: base, rs2: sourceRegister(random) }));
  if (random.chance(0.2)) between.push(one("addi", { rd: base, rs1: base, imm: 8 }));
  const load = one(`lr.${width}`, { rd: other, rs1: base, ...order() });
  const store = () =>
    one(`sc.${width}`, {
      ...{ rd: otherThan(random, base), rs1: base, rs2: sourceRegister(random) },
      ...order(),
    });
  return [
    one("addi", { rd: base, rs1: 8, imm }),
    ...(random.chance(0.85) ? [load, ...between] : []),
    store(),
    ...(random.chance(0.2) ? [store()] : []),
  ];
}

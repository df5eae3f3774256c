/** Branches and jumps to an item further on. */
import { one } from "./one.ts";
import type { Item, Line } from "./program.ts";
import type { Random } from "./random.ts";
import { freeRegister, sourceRegister } from "./random-operands.ts";

import type { Place, WeightedItem } from "./weighted-item.ts";

const zero = 0;

export const controlItems: readonly WeightedItem[] = [
  [7, conditionalBranch],
  [4, jump],
];

function forward(random: Random, { number, count }: Place, most: number): number {
  return Math.min(count, number + random.between(1, most));
}

function conditionalBranch(random: Random, place: Place): Item {
  if (random.chance(0.4)) {
    const mnemonic = random.pick(["c.beqz", "c.bnez"]);
    const to = forward(random, place, 5);
    return [{ kind: "transfer", mnemonic, operands: { rs1: random.between(8, 15) }, to }];
  }
  const mnemonic = random.pick(["beq", "bne", "blt", "bge", "bltu", "bgeu"]);
  const rs1 = sourceRegister(random);
  const rs2 = random.chance(0.2) ? rs1 : sourceRegister(random);
  const to = forward(random, place, 12);
  return [{ kind: "transfer", mnemonic, operands: { rs1, rs2 }, to }];
}

function jump(random: Random, place: Place): Item {
  const base = freeRegister(random);
  const rd = random.chance(0.2) ? zero : freeRegister(random);
  const near = forward(random, place, 6);
  // Bit 0 of a computed target is ignored.
  const odd = random.below(2);
  return random.weighted<() => Item>([
    [2, () => [{ kind: "transfer", mnemonic: "jal", operands: { rd }, to: near }]],
    [2, () => [{ kind: "transfer", mnemonic: "c.j", operands: {}, to: near }]],
    [
      3,
      () => {
        const imm = random.between(-2048, 2047);
        const target: Line = { kind: "address", rd: base, to: near, plus: odd - imm };
        return [target, one("jalr", { rd: random.chance(0.2) ? base : rd, rs1: base, imm })];
      },
    ],
    [
      2,
      () => [
        { kind: "address", rd: base, to: near, plus: odd },
        one(random.pick(["c.jr", "c.jalr"]), { rs1: base }),
      ],
    ],
  ])();
}

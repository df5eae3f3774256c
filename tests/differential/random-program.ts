/** Random RV64GC programs for M-mode that end, whatever values their registers hold. */

import { controlItems } from "./control-items.ts";
import { csrItems } from "./csr-items.ts";
import { scratchCentre } from "./guest-layout.ts";
import { interestingFloat, interestingValue } from "./interesting-values.ts";
import { memoryItems } from "./memory-items.ts";
import { one } from "./one.ts";
import { plain } from "./plain-item.ts";
import type { Item, Line, Program } from "./program.ts";
import type { Random } from "./random.ts";
import { loopCounter, pointers } from "./random-operands.ts";
import { unusualItems } from "./unusual-items.ts";
import type { WeightedItem } from "./weighted-item.ts";

const zero = 0;

const kinds: readonly WeightedItem[] = [
  [26, (random) => plain(random, "integer")],
  [30, (random) => plain(random, "float")],
  ...memoryItems,
  ...controlItems,
  ...csrItems,
  ...unusualItems,
];

/**
 * @param count of items; a few lines each at most
 * @param added kinds of items besides those of RV64GC and what QEMU 7.2 knows
 */
export function randomProgram(
  random: Random,
  name: string,
  count: number,
  added: readonly WeightedItem[] = [],
): Program {
  const integers = Array.from({ length: 31 }, (_, i) => initialRegister(random, i + 1));
  const floats = Array.from({ length: 32 }, () =>
    random.chance(0.1) ? random.u64() : interestingFloat(random),
  );
  return {
    name,
    integers,
    floats,
    fcsr: random.pick([0, 0, 1, 1, 0x1f, random.below(5) << 5, random.below(256)]),
    phase: random.below(256),
    padding: 2 * random.below(32),
    items: randomItems(random, count, [...kinds, ...added]),
  };
}

function initialRegister(random: Random, register: number): bigint {
  const pointer = pointers.get(register);
  if (pointer !== undefined) return BigInt(scratchCentre + pointer);
  // Jumps may skip the line that sets the counter.
  if (register === loopCounter) return BigInt(random.below(3));
  return interestingValue(random);
}

function randomItems(random: Random, count: number, choices: readonly WeightedItem[]): Item[] {
  const items: Item[] = [];
  let loopStart: number | undefined;
  for (let number = 0; number < count; number++) {
    if (loopStart === undefined && random.chance(0.04) && number + 12 < count) {
      loopStart = number;
      items.push([one("addi", { rd: loopCounter, rs1: zero, imm: random.between(1, 12) })]);
    } else if (loopStart !== undefined && (random.chance(0.15) || number === count - 1)) {
      items.push(loopEnd(random, loopStart + 1));
      loopStart = undefined;
    } else {
      items.push(random.weighted(choices)(random, { number, count }));
    }
  }
  return items;
}

function loopEnd(random: Random, top: number): Item {
  const countDown = random.chance(0.5)
    ? one("addi", { rd: loopCounter, rs1: loopCounter, imm: -1 })
    : one("c.addi", { rd: loopCounter, imm: -1 });
  // "Greater than zero", so that a counter that was never set ends the loop, too.
  const back: Line = {
    ...{ kind: "transfer", mnemonic: "blt", to: top },
    operands: { rs1: zero, rs2: loopCounter },
  };
  return [countDown, back];
}

import { one } from "./one.ts";
import type { Item } from "./program.ts";
import type { Random } from "./random.ts";
import { randomOperands } from "./random-operands.ts";
import { usableRows } from "./usable-rows.ts";

/** Any instruction on registers only. */
export function plain(random: Random, kind: "integer" | "float"): Item {
  const row = random.pick(usableRows[kind]);
  const hasOperands = row.pattern.fields.size > 0;
  return [hasOperands ? one(row.mnemonic, randomOperands(random, row)) : one(row.mnemonic)];
}

import type { Operands } from "../../workers/vmm/isa/pattern.ts";
import { putTogether } from "../../workers/vmm/isa/pattern.ts";
import { one } from "./one.ts";
import type { Item } from "./program.ts";
import type { Random } from "./random.ts";
import type { Row } from "./random-operands.ts";
import { usableRows } from "./usable-rows.ts";

interface Choices {
  /** The item's own number. */
  readonly number: number;
  /** Two registers that the item may change. */
  readonly base: number;
  readonly value: number;
  /** Operands for an instruction that works on registers. */
  operands(row: Row): Operands;
}

/** Of the instruction that changes from the item's beginning: six instructions come first. */
const distance = 24;

/** Overwrites an instruction with another one, by a store and `fence.i`, and executes it. */
export function changedCode(random: Random, { number, base, value, operands }: Choices): Item {
  const full = usableRows.integer.filter(({ pattern }) => pattern.bits === 32);
  const before = random.pick(full);
  const after = random.pick(full);
  const bits = putTogether(after.pattern, operands(after)) | 0;
  const low = (bits << 20) >> 20;
  return [
    { kind: "address", rd: base, to: number, plus: distance },
    one("lui", { rd: value, imm: (bits - low) | 0 }),
    one("addiw", { rd: value, rs1: value, imm: low }),
    one("sw", { rs1: base, rs2: value }),
    one("fence.i"),
    one(before.mnemonic, operands(before)),
  ];
}

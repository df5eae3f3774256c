/** Exceptions, illegal encodings, changed code, and changed pointers. */

import { decode } from "../../workers/vmm/isa/decoder.ts";
import { changedCode } from "./changed-code.ts";
import { one } from "./one.ts";
import type { Item, Line } from "./program.ts";
import type { Random } from "./random.ts";
import {
  freeRegister,
  isKept,
  kindOf,
  otherThan,
  pointers,
  randomOperands,
  writesInteger,
} from "./random-operands.ts";
import { usableRows } from "./usable-rows.ts";
import type { Place, WeightedItem } from "./weighted-item.ts";

const ra = 1;
const sp = 2;

export const unusualItems: readonly WeightedItem[] = [
  [2, changedPointer],
  [3, exception],
  [1, changedInstruction],
  [1, randomBits],
];

/** Compressed and full instructions that write `sp`, `s0` or `s1`, which then are set right. */
function changedPointer(random: Random): Item {
  const [target, source] = random.pick([
    [sp, 8],
    [8, sp],
    [9, sp],
  ] as const);
  const distance = (pointers.get(target) as number) - (pointers.get(source) as number);
  const change = random.pick<Line>([
    target === sp
      ? one("c.addi16sp", {
          imm: 16 * random.pick([random.between(1, 31), random.between(-32, -1)]),
        })
      : one("c.lui", { rd: target, imm: random.between(1, 31) << 12 }),
    one("c.addi", { rd: target, imm: random.between(-32, 31) }),
    one("c.slli", { rd: target, imm: random.below(64) }),
    one("c.mv", { rd: target, rs2: random.between(1, 31) }),
    one("c.add", { rd: target, rs2: random.between(1, 31) }),
    one("c.li", { rd: target, imm: random.between(-32, 31) }),
  ]);
  const copy = one("addi", { rd: freeRegister(random), rs1: target });
  return [change, copy, one("addi", { rd: target, rs1: source, imm: distance })];
}

/** Where neither QEMU's `virt` nor ours has memory or a device. */
const nowhere = [0x20_0000, 0x1800_0000, -0x8000_0000, -0x1000];

function exception(random: Random): Item {
  const base = freeRegister(random);
  const memory = random.pick(usableRows.memory.filter(({ pattern }) => pattern.bits === 32));
  return random.weighted<() => Item>([
    [1, () => [one("ecall")]],
    [1, () => [one(random.pick(["ebreak", "c.ebreak"]))]],
    [1, () => [{ kind: "raw", bits: 0, bytes: 2 }]],
    [
      // Aligned, for QEMU reports the aligned address that a misaligned access begins in.
      3,
      () => {
        const operands = randomOperands(random, memory);
        return [
          one("lui", { rd: base, imm: random.pick(nowhere) }),
          one(memory.mnemonic, { ...operands, rs1: base, imm: operands.imm & -8 }),
        ];
      },
    ],
    [
      1,
      () => [
        one("lui", { rd: base, imm: random.pick(nowhere) }),
        one("jalr", { rd: ra, rs1: base, imm: 4 * random.between(-8, 8) }),
      ],
    ],
    [
      // lr of a misaligned address.
      1,
      () => [
        one("addi", { rd: base, rs1: 8, imm: random.between(1, 3) }),
        one(random.pick(["lr.w", "lr.d"]), { rd: freeRegister(random), rs1: base }),
      ],
    ],
  ])();
}

function changedInstruction(random: Random, { number }: Place): Item {
  const base = freeRegister(random);
  const value = otherThan(random, base);
  return changedCode(random, {
    ...{ number, base, value, operands: (row) => randomOperands(random, row) },
  });
}

/** Random or damaged encodings: illegal ones, and legal ones that do no harm. */
function randomBits(random: Random): Item {
  for (;;) {
    const isCompressed = random.chance(0.4);
    const bits = isCompressed ? random.u32() & 0xffff : damagedEncoding(random);
    if (((bits & 3) === 3) === isCompressed) continue;
    const decoded = decode(bits);
    if (decoded) {
      const kind = kindOf(decoded.row);
      if (kind !== "integer" && kind !== "float") continue;
      if (decoded.compressed && kindOf(decoded.compressed) === "notCompared") continue;
      if (writesInteger(decoded.row) && isKept(decoded.operands.rd)) continue;
    }
    return [{ kind: "raw", bits, bytes: isCompressed ? 2 : 4 }];
  }
}

function damagedEncoding(random: Random): number {
  if (random.chance(0.3)) return (random.u32() | 3) >>> 0;
  const row = random.pick([...usableRows.integer, ...usableRows.float, ...usableRows.atomic]);
  if (row.pattern.bits === 16) return (random.u32() | 3) >>> 0;
  let bits = row.pattern.match | (random.u32() & ~row.pattern.mask);
  for (let flips = random.between(1, 2); flips > 0; flips--) bits ^= 1 << random.below(32);
  return bits >>> 0;
}

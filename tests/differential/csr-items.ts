/** CSRs of the float unit, others that programs may read, and refused accesses. */
import { one } from "./one.ts";
import { plain } from "./plain-item.ts";
import type { Item, Line } from "./program.ts";
import type { Random } from "./random.ts";
import { freeRegister, otherThan, pointers, sourceRegister } from "./random-operands.ts";
import type { WeightedItem } from "./weighted-item.ts";

const zero = 0;
const sp = 2;

export const csrItems: readonly WeightedItem[] = [
  [5, floatCsr],
  [1, otherCsr],
  [1, floatUnit],
];

const floatCsrs = { fflags: 1, frm: 2, fcsr: 3 };

function floatCsr(random: Random): Item {
  const rd = random.chance(0.2) ? zero : freeRegister(random);
  const mnemonic = random.pick(["csrrw", "csrrs", "csrrc"]);
  return random.weighted<() => Item>([
    [4, () => [one("csrrwi", { rd, csr: floatCsrs.frm, rs1: random.below(5) })]],
    [2, () => [one("csrrwi", { rd, csr: floatCsrs.fflags, rs1: random.below(32) })]],
    [
      3,
      () => {
        const csr = random.pick(Object.values(floatCsrs));
        return [one(`${mnemonic}i`, { rd, csr, rs1: random.below(32) })];
      },
    ],
    [
      2,
      () => {
        const csr = random.pick(Object.values(floatCsrs));
        return [one(mnemonic, { rd, csr, rs1: sourceRegister(random) })];
      },
    ],
  ])();
}

/** Not misa (known deviation "bit-manipulation-letter"). */
const readableCsrs = [0x300, 0x305, 0x340, 0x341, 0x342, 0x343, 0xf11, 0xf12, 0xf13, 0xf14];
/** Read-only ones, and numbers that no extension uses. */
const refusingCsrs = [0xf11, 0xf14, 0xc00, 0xc02];
const absentCsrs = [0x000, 0x004, 0x0ff, 0x400, 0x5a0, 0x6ff, 0x7c0, 0x800, 0x9ff, 0xbc0, 0xfff];

function otherCsr(random: Random): Item {
  const rd = freeRegister(random);
  const mnemonic = random.pick(["csrrs", "csrrc", "csrrsi", "csrrci"]);
  const write = random.pick(["csrrw", "csrrwi", "csrrs", "csrrsi", "csrrc", "csrrci"]);
  // Not zero, for QEMU lets that pass (known deviation "zero-write").
  const rs1 = random.pick([...pointers.keys()]);
  return random.weighted<() => Item>([
    [4, () => [one(mnemonic, { rd, csr: random.pick(readableCsrs), rs1: zero })]],
    [1, () => [one(write, { rd, csr: random.pick(refusingCsrs), rs1 })]],
    [1, () => [one(write, { rd, csr: random.pick(absentCsrs), rs1: sourceRegister(random) })]],
  ])();
}

/** Switches the float unit off, or on in one of its three states, in mstatus.FS. */
function floatUnit(random: Random): Item {
  const base = freeRegister(random);
  const off: Line[] = [
    one("lui", { rd: base, imm: 0x6000 }),
    one("csrrc", { rd: otherThan(random, base), csr: 0x300, rs1: base }),
  ];
  const on = (state: number): Line[] => [
    one("lui", { rd: base, imm: 0x2000 * state }),
    one("csrrs", { rd: otherThan(random, base), csr: 0x300, rs1: base }),
  ];
  // Off only for a few instructions: programs would else do little but trap.
  const between = Array.from({ length: random.below(3) }, () => plain(random, "float"));
  // The first use makes it dirty; not one that only raises a flag (known deviation "flags-dirty").
  const use = random.pick<Line>([
    one("fmv.d.x", { rd: random.below(32), rs1: sourceRegister(random) }),
    one("fmv.w.x", { rd: random.below(32), rs1: sourceRegister(random) }),
    one("fld", { rd: random.below(32), rs1: 8, imm: 8 }),
    one("flw", { rd: random.below(32), rs1: sp, imm: 6 }),
    one("fsgnj.d", { rd: random.below(32), rs1: random.below(32), rs2: random.below(32) }),
    one("csrrwi", { rd: freeRegister(random), csr: floatCsrs.fflags, rs1: random.below(32) }),
    one("csrrsi", { rd: freeRegister(random), csr: floatCsrs.frm, rs1: 1 }),
  ]);
  const look = one("csrrs", { rd: freeRegister(random), csr: 0x300 });
  return [...off, ...between.flat(), ...on(random.between(1, 3)), use, look];
}

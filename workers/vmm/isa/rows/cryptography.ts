/** Zbc, Zbkb and Zbkx: carry-less products, packing and look-up (chapters "B" and "Zk"). */
import type { FunctionBuilder } from "../../base/wasm/function-builder.ts";
import { type I64, i64, select } from "../../base/wasm/value.ts";
import type { InstructionRow } from "../row.ts";
import { type Binary, oneSource, registerRegister, word, wordRegister } from "./forms.ts";
import { reverseBits, reverseBitsOfBytes } from "./permutations.ts";

/**
 * The low half of a carry-less product, by ordinary products of numbers in which only every fourth
 * bit may be set: a place of such a product sums at most 16 bits, whose carries end in the three
 * places above it, but for the 16th of the topmost place, which falls out at the end.
 */
function carryLessProduct(f: FunctionBuilder, first: I64, second: I64): I64 {
  const everyFourth = (from: number) => 0x1111_1111_1111_1111n << BigInt(from);
  const spread = (value: I64) => {
    const bound = f.let(value);
    return [0, 1, 2, 3].map((from) => f.let(bound.and(everyFourth(from))));
  };
  const [a, b] = [spread(first), spread(second)];
  const places = [0, 1, 2, 3].map((place) => {
    const products = a.map((part, i) => part.mul(b[(4 + place - i) % 4] as I64));
    return products.reduce((sum, product) => sum.xor(product)).and(everyFourth(place));
  });
  return places.reduce((sum, place) => sum.or(place));
}

/** Bits 126:63 of the product: those of the reversed operands, reversed. */
const reversedProduct = (f: FunctionBuilder, a: I64, b: I64): I64 =>
  reverseBits(f, carryLessProduct(f, reverseBits(f, a), reverseBits(f, b)));

const carryLessRows: readonly InstructionRow[] = [
  registerRegister("clmul", "0000101", "001", (a, b, { f }) => carryLessProduct(f, a, b)),
  registerRegister("clmulr", "0000101", "010", (a, b, { f }) => reversedProduct(f, a, b)),
  registerRegister("clmulh", "0000101", "011", (a, b, { f }) => reversedProduct(f, a, b).shrU(1)),
];

/** Each group of rs2 chooses a group of rs1, or nothing where there is none of that number. */
const lookUp =
  (width: 4 | 8): Binary =>
  (table, indices, { f }) => {
    const [from, by] = [f.let(table), f.let(indices)];
    const groups = 64 / width;
    const mask = 2 ** width - 1;
    return Array.from({ length: groups }, (_, i) => {
      const index = f.let(by.shrU(i * width).and(mask));
      const group = from.shrU(index.mul(width)).and(mask);
      // Four bits always name one of the 16 groups.
      const found = width === 4 ? group : select(index.ltU(groups), group, i64.const(0));
      return found.shl(i * width);
    }).reduce((all, group) => all.or(group));
  };

export const cryptographyRows: readonly InstructionRow[] = [
  ...carryLessRows,
  registerRegister("pack", "0000100", "100", (a, b) => a.and(0xffff_ffff).or(b.shl(32))),
  registerRegister("packh", "0000100", "111", (a, b) => a.and(0xff).or(b.and(0xff).shl(8))),
  wordRegister("packw", "0000100", "100", (a, b) => word(a.and(0xffff).or(b.shl(16)))),
  oneSource("brev8", "011010000111", "101", (a, { f }) => reverseBitsOfBytes(f, a)),
  registerRegister("xperm4", "0010100", "010", lookUp(4)),
  registerRegister("xperm8", "0010100", "100", lookUp(8)),
];

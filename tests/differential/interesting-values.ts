/** 64-bit patterns at which instructions change their mind: limits, neighbours and special floats. */
import type { Random } from "./random.ts";

const boxedHalf = 0xffff_ffff_ffffn << 16n;
const boxed = 0xffff_ffffn << 32n;

interface Format {
  readonly exponentBits: bigint;
  readonly fractionBits: bigint;
}
const half: Format = { exponentBits: 5n, fractionBits: 10n };
const single: Format = { exponentBits: 8n, fractionBits: 23n };
const double: Format = { exponentBits: 11n, fractionBits: 52n };

export function interestingValue(random: Random): bigint {
  return random.weighted<() => bigint>([
    [5, () => integer(random)],
    [5, () => float(random, double)],
    [4, () => boxed | float(random, single)],
    [1, () => boxedHalf | float(random, half)],
    // Not boxed: as a single-precision operand it stands for the canonical NaN.
    [1, () => (BigInt(random.u32()) << 32n) | float(random, single)],
    [1, () => random.u64()],
  ])();
}

export function interestingFloat(random: Random): bigint {
  if (random.chance(0.1)) return boxedHalf | float(random, half);
  return random.chance(0.5)
    ? float(random, double)
    : (random.chance(0.92) ? boxed : BigInt(random.u32()) << 32n) | float(random, single);
}

function integer(random: Random): bigint {
  const near = BigInt(random.between(-2, 2));
  const value = random.weighted<() => bigint>([
    [3, () => near],
    [4, () => (1n << BigInt(random.below(64))) + near],
    [2, () => -(1n << BigInt(random.below(64))) + near],
    [2, () => BigInt(random.u32() | 0)],
    [1, () => BigInt(random.u32())],
    [1, () => BigInt(random.between(-2048, 2047))],
  ])();
  return BigInt.asUintN(64, value);
}

function float(random: Random, format: Format): bigint {
  const { exponentBits, fractionBits } = format;
  const ones = (1n << exponentBits) - 1n;
  const bias = ones >> 1n;
  const sign = BigInt(random.below(2));
  const exponent = random.weighted<() => bigint>([
    [3, () => 0n],
    [2, () => ones],
    [1, () => 1n],
    [1, () => ones - 1n],
    // Close to one, so that sums cancel and halves are rounded.
    [6, () => bias + BigInt(random.between(-3, 3))],
    // Around the limits of the integer formats.
    [3, () => bias + BigInt(random.pick([30, 31, 32, 62, 63, 64]))],
    [2, () => bias + BigInt(random.between(0, 66))],
    [2, () => bias + BigInt(random.between(-150, 0)) / (exponentBits === 8n ? 2n : 1n)],
    [3, () => random.u64() & ones],
  ])();
  const fraction = random.weighted<() => bigint>([
    [4, () => 0n],
    [2, () => 1n << BigInt(random.below(Number(fractionBits)))],
    [2, () => (1n << fractionBits) - 1n - BigInt(random.below(2))],
    [2, () => BigInt(random.between(1, 3))],
    // Few significant bits in front: exact products, and ties.
    [2, () => BigInt(random.below(256)) << (fractionBits - 8n)],
    [4, () => random.u64()],
  ])();
  const mask = (1n << fractionBits) - 1n;
  return (((sign << exponentBits) | (exponent & ones)) << fractionBits) | (fraction & mask);
}

/**
 * Operands for the soft-float tests: the values at which something changes, and a seeded source of
 * random ones that lie near such places more often than chance would have it. Not part of the
 * monitor.
 */

import { FloatOracle } from "./float-oracle.ts";

export type Width = 16 | 32 | 64;

const power = (exponent: number): bigint => 1n << BigInt(exponent);

const layout = {
  16: { fractionBits: 10, bias: 15 },
  32: { fractionBits: 23, bias: 127 },
  64: { fractionBits: 52, bias: 1023 },
} as const;

const half = new FloatOracle(16);

/** The pattern of the number in the format nearest to `value`. */
export function patternOf(value: number, width: Width): bigint {
  if (width === 16) return new FloatOracle(64).convertTo(half)([patternOf(value, 64)], 0).bits;
  return width === 32
    ? BigInt(new Uint32Array(new Float32Array([value]).buffer)[0] ?? 0)
    : (new BigUint64Array(new Float64Array([value]).buffer)[0] ?? 0n);
}

function numberOf(bits: bigint, width: Width): number {
  if (width === 16) return numberOf(half.convertTo(new FloatOracle(64))([bits], 0).bits, 64);
  return width === 32
    ? (new Float32Array(new Uint32Array([Number(bits)]).buffer)[0] ?? 0)
    : (new Float64Array(new BigUint64Array([bits]).buffer)[0] ?? 0);
}

const bothSigns = (magnitudes: readonly bigint[], width: Width): bigint[] =>
  magnitudes.flatMap((bits) => [bits, bits | power(width - 1)]);

/** Every class of operand with its neighbours, both signs. */
export function classRepresentatives(width: Width): bigint[] {
  const { fractionBits, bias } = layout[width];
  const one = BigInt(bias) << BigInt(fractionBits);
  const normal = power(fractionBits);
  const infinity = BigInt(2 * bias + 1) << BigInt(fractionBits);
  const quiet = power(fractionBits - 1);
  const magnitudes = [
    ...[0n, 1n, 3n, normal / 2n, normal - 1n, normal, normal + 1n],
    ...[one - normal, one - 1n, one, one + 1n, one + quiet, one + normal, one + 2n * normal - 1n],
    ...[one + BigInt(fractionBits + 1) * normal, normal * BigInt(fractionBits + 2)],
    ...[infinity - normal, infinity - 1n, infinity],
    ...[infinity | quiet, infinity | quiet | 5n, infinity | 1n, infinity | (quiet - 1n)],
  ];
  return bothSigns(magnitudes, width);
}

/** Numbers around the limits of conversions, to integers and to the narrower format. */
export function conversionBoundaries(width: Width): bigint[] {
  const middles = [0.25, 0.5, 0.5 + 2 ** -24, 0.75, 1.5, 2.5, 3.5, 8388607.5, 2 ** 51 + 1.5];
  const powers = [2 ** 24, 2 ** 31, 2 ** 32, 2 ** 53, 2 ** 62, 2 ** 63, 2 ** 64, 2 ** 65];
  const nearPowers = powers.flatMap((limit) => [limit, limit - 1, limit - 0.5, limit + 1.5]);
  const narrow = [2 ** -126, 2 ** -126 * (1 - 2 ** -24), 2 ** -126 * (1 - 2 ** -25), 2 ** -149];
  const narrowest = [2 ** -150, 2 ** -150 * (1 + 2 ** -30), 2 ** -151, 2 ** 128, 1.5 * 2 ** -149];
  const largest = 2 ** 128 - 2 ** 104;
  const atOverflow = [largest, largest + 2 ** 103, largest + 2 ** 103 - 2 ** 75];
  const halves = [2 ** -14, 2 ** -14 * (1 - 2 ** -11), 2 ** -14 * (1 - 2 ** -12), 2 ** -24];
  const halfest = [2 ** -25, 2 ** -25 * (1 + 2 ** -20), 2 ** -26, 65504, 65519.99, 65520, 65536];
  const toHalf = [...halves, ...halfest];
  const all = [...middles, ...nearPowers, ...narrow, ...narrowest, ...atOverflow, ...toHalf];
  const patterns = all.map((value) => patternOf(value, width));
  const justBelow = patterns.map((bits) => bits - 1n).filter((bits) => bits >= 0n);
  return bothSigns([...patterns, ...justBelow], width);
}

/** Integer registers around the limits. */
export function integerBoundaries(): bigint[] {
  const near = [0, 1, 23, 24, 25, 31, 32, 33, 52, 53, 54, 62, 63]
    .map(power)
    .flatMap((n) => [n - 1n, n, n + 1n, 3n * n + 1n]);
  return [...near, ...near.map((n) => -n)].map((n) => BigInt.asUintN(64, n));
}

/** All tuples of `arity` values. */
export function tuples(values: readonly bigint[], arity: number): bigint[][] {
  if (arity === 0) return [[]];
  return tuples(values, arity - 1).flatMap((rest) => values.map((value) => [...rest, value]));
}

/** A seeded source (xorshift32) of operands. */
export class OperandSource {
  readonly #width: Width;
  #state: number;

  constructor(width: Width, seed: number) {
    this.#width = width;
    this.#state = (seed * 0x9e3779b9) | 1;
    for (let i = 0; i < 8; i++) this.#below(2);
  }

  /** An integer register of any length. */
  register(): bigint {
    const shifted = this.#bits(64) >> BigInt(this.#below(64));
    return BigInt.asUintN(64, this.#below(2) ? shifted : -shifted);
  }

  /** Operands of one operation, which often nearly cancel, underflow or overflow together. */
  tuple(arity: number): bigint[] {
    const a = this.#pattern();
    if (arity === 1) return [a];
    const b = this.#below(2) ? this.#pattern() : this.#partnerOf(a);
    if (arity === 2) return this.#below(2) ? [a, b] : [b, a];
    const kind = this.#below(5);
    if (kind === 0) return [a, b, this.#pattern()];
    if (kind === 4) return this.#almostTie();
    const product = numberOf(a, this.#width) * numberOf(b, this.#width);
    const near = patternOf(kind === 1 ? product : -product, this.#width);
    return [a, b, kind === 3 ? this.#moved(near) : this.#neighbour(near)];
  }

  #pattern(): bigint {
    const { fractionBits, bias } = layout[this.#width];
    const last = 2 * bias + 1;
    switch (this.#below(6)) {
      case 0:
        return this.#bits(this.#width);
      case 1:
        return this.#compose(this.#below(4));
      case 2:
        return this.#compose(last - this.#below(4));
      case 3:
        return patternOf(this.#below(64) - 32 + this.#below(4) / 4, this.#width);
      case 4:
        return this.#compose(this.#below(last));
      default:
        return this.#compose(bias + this.#below(2 * fractionBits) - fractionBits);
    }
  }

  /** A number whose sum, product or quotient with `a` comes near zero or an end of the range. */
  #partnerOf(a: bigint): bigint {
    const { fractionBits, bias } = layout[this.#width];
    const field = Number(a >> BigInt(fractionBits)) & (2 * bias + 1);
    const low = this.#below(fractionBits + 6) - fractionBits - 3;
    switch (this.#below(6)) {
      case 0:
        return this.#neighbour(a) ^ power(this.#width - 1);
      case 1:
        return this.#compose(field + this.#below(7) - 3);
      case 2:
        return this.#compose(bias + low - field);
      case 3:
        return this.#compose(field + bias - low);
      case 4:
        return this.#compose(3 * bias - field + this.#below(4));
      default:
        return this.#compose(field + this.#below(2 * fractionBits) - fractionBits);
    }
  }

  /** (1 + 2^-k) · (1 - 2^-k) · 2^n + c, where 2^n is half an ulp of c: a hair from half-way. */
  #almostTie(): bigint[] {
    const { fractionBits, bias } = layout[this.#width];
    const k = Math.floor(fractionBits / 2) + 1 + this.#below(fractionBits / 2);
    const n = this.#below(2 * fractionBits) - fractionBits;
    const one = BigInt(bias) << BigInt(fractionBits);
    const above = one + power(fractionBits - k);
    const below = one - power(fractionBits - k + 1) + (BigInt(n) << BigInt(fractionBits));
    const negated = BigInt(this.#below(2)) << BigInt(this.#width - 1);
    return [above | negated, below, this.#compose(bias + n + fractionBits + 1)];
  }

  #neighbour(bits: bigint): bigint {
    return BigInt.asUintN(this.#width, bits + BigInt(this.#below(7) - 3));
  }

  /** The same with another exponent. */
  #moved(bits: bigint): bigint {
    const { fractionBits } = layout[this.#width];
    const by = BigInt(this.#below(3 * fractionBits + 1) - Math.floor(1.5 * fractionBits));
    return BigInt.asUintN(this.#width, bits + (by << BigInt(fractionBits)));
  }

  /** A number with this exponent field, or the nearest there is, and a telling fraction. */
  #compose(exponent: number): bigint {
    const { fractionBits, bias } = layout[this.#width];
    const field = Math.min(Math.max(exponent, 0), 2 * bias);
    const sign = BigInt(this.#below(2)) << BigInt(this.#width - 1);
    return sign | (BigInt(field) << BigInt(fractionBits)) | this.#fraction(fractionBits);
  }

  #fraction(fractionBits: number): bigint {
    const mask = power(fractionBits) - 1n;
    switch (this.#below(4)) {
      case 0:
        return this.#bits(fractionBits);
      case 1:
        return BigInt(this.#below(4));
      case 2:
        return mask - BigInt(this.#below(4));
      default:
        return mask & (power(this.#below(fractionBits)) + power(this.#below(fractionBits)));
    }
  }

  #bits(count: number): bigint {
    const high = BigInt(this.#below(2 ** 32));
    return BigInt.asUintN(count, (high << 32n) | BigInt(this.#below(2 ** 32)));
  }

  #below(limit: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return limit === 2 ** 32
      ? this.#state >>> 0
      : Math.floor(((this.#state >>> 0) / 2 ** 32) * limit);
  }
}

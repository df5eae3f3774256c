/**
 * The 32 constants of FLI (Zfa) as registers hold them, for each format. They are a table in machine
 * memory, at `floatConstantsBase`.
 */
import { binary16, binary32, binary64 } from "./format.ts";

const formats = [binary16, binary32, binary64];
/** Exponent and the two highest bits of the fraction of entries 2 to 29. */
const values: readonly (readonly [exponent: number, quarters: number])[] = [
  ...([-16, -15, -8, -7, -4, -3] as const).map((exponent) => [exponent, 0] as const),
  ...[-2, -1, 0].flatMap((exponent) => [0, 1, 2, 3].map((n) => [exponent, n] as const)),
  ...[0, 1, 2].map((quarters) => [1, quarters] as const),
  ...[2, 3, 4, 7, 8, 15, 16].map((exponent) => [exponent, 0] as const),
];
const entries = 32;
const constantsOfFormatBytes = entries * 8;

/** Offset of a format's 32 constants in the table. */
export function floatConstantsOffset(format: "half" | "single" | "double"): number {
  return ["half", "single", "double"].indexOf(format) * constantsOfFormatBytes;
}

export function floatConstants(): Uint8Array {
  const registers = formats.flatMap((format) => {
    const { fractionBits, bias, infinity, signPlace } = format;
    const sign = 1n << BigInt(signPlace);
    const normal = 1n << BigInt(fractionBits);
    const patternOf = ([exponent, quarters]: readonly [number, number]): bigint => {
      const field = exponent + bias;
      const pattern = BigInt(field * 4 + quarters) << BigInt(fractionBits - 2);
      // Subnormal in binary16, where 2^16 is too large, too.
      if (field < 1) return normal >> BigInt(1 - field);
      return pattern < infinity ? pattern : infinity;
    };
    const one = BigInt(bias) << BigInt(fractionBits);
    const patterns = [sign | one, normal, ...values.map(patternOf), infinity, format.canonicalNan];
    return patterns.map((pattern) => pattern | (-sign << 1n));
  });
  return new Uint8Array(BigUint64Array.from(registers.map((n) => BigInt.asUintN(64, n))).buffer);
}

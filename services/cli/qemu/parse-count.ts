import { UsageFailure } from "../usage-failure.ts";

const factors: Readonly<Record<string, number>> = { "": 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12 };
const notation = /^(\d+(?:\.\d+)?)([kmgt]?)$/i;

/**
 * A number of instructions: suffixes k, M, G, T are powers of 1000, so that 1G is a second of
 * virtual time.
 *
 * @throws UsageFailure
 */
export function parseCount(text: string): number {
  const [, digits, suffix] = notation.exec(text) ?? [];
  if (digits !== undefined && suffix !== undefined) {
    const count = Math.round(Number(digits) * (factors[suffix.toLowerCase()] ?? Number.NaN));
    if (count >= 1 && Number.isSafeInteger(count)) {
      return count;
    }
  }
  throw new UsageFailure(
    "count-malformed",
    `'${text}' is not a number of instructions`,
    "write a positive number with an optional suffix k, M, G or T, for example 500M",
  );
}

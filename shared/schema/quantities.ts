import { z } from "zod";

/**
 * Numbers with a unit letter, as people write them in `assignment.yaml`.
 *
 * Each schema also accepts the plain number, so that parsing what was parsed changes nothing.
 */

const notation = /^(\d+(?:\.\d+)?)([a-zA-Z]*)$/;

function quantity(unit: string, example: string, factors: Readonly<Record<string, number>>) {
  return z.union([z.number(), z.string()]).transform((input, context) => {
    const value = typeof input === "number" ? input : evaluate(input, factors);
    if (value !== undefined && Number.isSafeInteger(value) && value >= 0) {
      return value;
    }
    context.addIssue({
      code: "custom",
      message: `must be a whole number of ${unit}, for example ${example}`,
    });
    return z.NEVER;
  });
}

function evaluate(text: string, factors: Readonly<Record<string, number>>): number | undefined {
  const [, digits, letters] = notation.exec(text.trim()) ?? [];
  if (digits === undefined || letters === undefined || !Object.hasOwn(factors, letters)) {
    return undefined;
  }
  const product = Number(digits) * (factors[letters] ?? Number.NaN);
  // 1.1G is exact in the author's mind; the product of binary fractions is off by a hair.
  return Math.abs(product - Math.round(product)) < 1e-3 ? Math.round(product) : undefined;
}

/** Retired instructions; `k`, `M`, `G`, `T` are powers of 1000. */
export const instructionsSchema = quantity("instructions", "500M or 2G", {
  "": 1,
  k: 1e3,
  K: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
});

/** Bytes; `K`, `M`, `G` are powers of 1024, as in `qemu-system-riscv64 -m`. */
export const bytesSchema = quantity("bytes", "64K or 128M", {
  "": 1,
  k: 2 ** 10,
  K: 2 ** 10,
  KiB: 2 ** 10,
  M: 2 ** 20,
  MiB: 2 ** 20,
  G: 2 ** 30,
  GiB: 2 ** 30,
});

/** Host time in milliseconds, written `500ms`, `90s` or `2m`. A plain number is milliseconds. */
export const millisecondsSchema = quantity("milliseconds, seconds or minutes", "90s or 2m", {
  "": 1,
  ms: 1,
  s: 1000,
  m: 60_000,
});

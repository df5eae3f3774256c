import { UsageFailure } from "../usage-failure.ts";

const units = "BKMGTPE";
const notation = /^(?:(0[xX][0-9a-fA-F]+)|(\d+(?:\.\d*)?|\.\d+))([bkmgtpe])?$/i;

/**
 * A size as QEMU writes it: decimal, with a fraction if it likes, or hexadecimal; suffixes B, k, M,
 * G, T, P, E are powers of 1024.
 *
 * @param defaultUnit the suffix of a number that has none
 * @throws UsageFailure
 */
export function parseBytes(text: string, defaultUnit: "B" | "M"): number {
  const [, hexadecimal, decimal, suffix] = notation.exec(text) ?? [];
  const digits = hexadecimal ?? decimal;
  if (digits !== undefined) {
    const unit = units.indexOf((suffix ?? defaultUnit).toUpperCase());
    const bytes = Math.round(Number(digits) * 1024 ** unit);
    if (Number.isSafeInteger(bytes)) {
      return bytes;
    }
  }
  throw new UsageFailure(
    "size-malformed",
    `'${text}' is not a size`,
    "write a number with an optional suffix k, M or G, for example 256M",
  );
}

import { UsageFailure } from "../usage-failure.ts";

/** A 32-bit seed, decimal or hexadecimal. @throws UsageFailure */
export function parseSeed(text: string): number {
  const seed = /^(\d+|0[xX][0-9a-fA-F]+)$/.test(text) ? Number(text) : Number.NaN;
  if (seed <= 0xffff_ffff) {
    return seed;
  }
  throw new UsageFailure(
    "seed-malformed",
    `'${text}' is not a seed`,
    "write a whole number from 0 to 4294967295, decimal or as 0x…",
  );
}

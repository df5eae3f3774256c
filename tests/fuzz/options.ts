import { parseArgs } from "node:util";

export interface FuzzOptions {
  readonly firstSeed: number;
  /** Infinity: until a difference is found or somebody ends it. */
  readonly rounds: number;
  /** Whether to compare with Debian 13's QEMU instead of the machine's own. */
  readonly isNewer: boolean;
}

/**
 * Reads `--seed N`, the first of the seeds, and `--rounds N`, and `--qemu installed`
 * or `--qemu newer`.
 *
 * @param freshSeed where to begin if nobody says
 * @throws Error with a sentence for the person who typed it
 */
export function parseOptions(words: readonly string[], freshSeed: number): FuzzOptions {
  const { values } = parseArgs({
    args: [...words],
    options: {
      seed: { type: "string" },
      rounds: { type: "string" },
      qemu: { type: "string", default: "installed" },
    },
  });
  if (values.qemu !== "installed" && values.qemu !== "newer") {
    throw new Error(`--qemu takes 'installed' or 'newer', not '${values.qemu}'`);
  }
  return {
    firstSeed: wholeNumber("--seed", values.seed, 0) ?? freshSeed,
    rounds: wholeNumber("--rounds", values.rounds, 1) ?? Number.POSITIVE_INFINITY,
    isNewer: values.qemu === "newer",
  };
}

function wholeNumber(
  option: string,
  text: string | undefined,
  smallest: number,
): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= smallest && value <= 0xffff_ffff) return value;
  throw new Error(`${option} takes a whole number from ${smallest} to 4294967295, not '${text}'`);
}

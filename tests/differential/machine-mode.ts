import { interestingFloat, interestingValue } from "./interesting-values.ts";
import { buildMachineImage, poolWords, wordNames } from "./machine-image.ts";
import type { Program } from "./program.ts";
import { Random } from "./random.ts";
import { randomProgram } from "./random-program.ts";
import type { Round } from "./suite.ts";
import type { WeightedItem } from "./weighted-item.ts";

const programsPerSeed = 1500;
const itemsPerProgram = 100;

/**
 * RV64GC programs for M-mode, with the values that their memory is filled from.
 *
 * @param added kinds of items of extensions that not every QEMU knows
 * @param most programs, the first of those that there are
 */
export function machineModeRound(
  seed: number,
  added: readonly WeightedItem[] = [],
  most = programsPerSeed,
): Round<Program> {
  const random = new Random(seed);
  const pool = Array.from({ length: poolWords }, () =>
    random.chance(0.5) ? interestingFloat(random) : interestingValue(random),
  );
  const programs = Array.from({ length: most }, (_, i) =>
    randomProgram(new Random(random.u32()), `Program ${i} of seed ${seed}`, itemsPerProgram, added),
  );
  const suite = {
    build: (some: readonly Program[], dumped?: number) => buildMachineImage(some, pool, dumped),
    names: wordNames,
  };
  return { suite, programs };
}

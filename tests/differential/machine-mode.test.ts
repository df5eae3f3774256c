import { describe, expect, test } from "vitest";
import { compareWithQemu } from "./compare.ts";
import { interestingFloat, interestingValue } from "./interesting-values.ts";
import { buildMachineImage, poolWords, wordNames } from "./machine-image.ts";
import type { Program } from "./program.ts";
import { Random } from "./random.ts";
import { randomProgram } from "./random-program.ts";
import { hasQemu } from "./run-in-qemu.ts";
import { seeds } from "./seeds.ts";
import type { Suite } from "./suite.ts";

const programsPerSeed = 1500;
const itemsPerProgram = 100;

const skipped = !hasQemu();
const reason = skipped
  ? " (skipped: qemu-system-riscv64, Debian's qemu-system-misc, is missing)"
  : "";

describe(`random RV64GC programs in M-mode${reason}`, () => {
  test.skipIf(skipped).each(seeds)("end as in QEMU, seed %i", async (seed) => {
    const random = new Random(seed);
    const pool = Array.from({ length: poolWords }, () =>
      random.chance(0.5) ? interestingFloat(random) : interestingValue(random),
    );
    const programs = Array.from({ length: programsPerSeed }, (_, i) =>
      randomProgram(new Random(random.u32()), `Program ${i} of seed ${seed}`, itemsPerProgram),
    );
    const suite: Suite<Program> = {
      build: (some, dumped) => buildMachineImage(some, pool, dumped),
      names: wordNames,
    };
    const { difference, instructions } = await compareWithQemu(suite, programs);
    expect(difference ?? "equal").toBe("equal");
    expect(instructions).toBeGreaterThan(100 * programsPerSeed);
  });
});

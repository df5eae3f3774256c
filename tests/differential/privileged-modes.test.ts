import { describe, expect, test } from "vitest";
import { compareWithQemu } from "./compare.ts";
import { buildPrivilegedImage } from "./privileged-image.ts";
import { wordNames } from "./privileged-layout.ts";
import type { PrivilegedProgram } from "./privileged-program.ts";
import { Random } from "./random.ts";
import { randomPrivilegedProgram } from "./random-privileged-program.ts";
import { hasQemu } from "./run-in-qemu.ts";
import { seeds } from "./seeds.ts";
import type { Suite } from "./suite.ts";

const programsPerSeed = 800;
const itemsPerProgram = 60;

const suite: Suite<PrivilegedProgram> = { build: buildPrivilegedImage, names: wordNames };

const skipped = !hasQemu();
const reason = skipped
  ? " (skipped: qemu-system-riscv64, Debian's qemu-system-misc, is missing)"
  : "";

describe(`random programs with page tables, delegation and CSRs in all modes${reason}`, () => {
  test.skipIf(skipped).each(seeds)("end as in QEMU, seed %i", async (seed) => {
    const random = new Random(seed);
    const programs = Array.from({ length: programsPerSeed }, (_, i) =>
      randomPrivilegedProgram(
        new Random(random.u32()),
        `Program ${i} of seed ${seed}`,
        itemsPerProgram,
      ),
    );
    const { difference, instructions } = await compareWithQemu(suite, programs);
    expect(difference ?? "equal").toBe("equal");
    expect(instructions).toBeGreaterThan(100 * programsPerSeed);
  });
});

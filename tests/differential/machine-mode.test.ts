import { describe, expect, test } from "vitest";
import { compareWithQemu } from "./compare.ts";
import { machineModeRound } from "./machine-mode.ts";
import { hasQemu } from "./run-in-qemu.ts";
import { seeds } from "./seeds.ts";

const skipped = !hasQemu();
const reason = skipped
  ? " (skipped: qemu-system-riscv64, Debian's qemu-system-misc, is missing)"
  : "";

describe(`random RV64GC programs in M-mode${reason}`, () => {
  test.skipIf(skipped).each(seeds)("end as in QEMU, seed %i", async (seed) => {
    const { suite, programs } = machineModeRound(seed);
    const { difference, instructions } = await compareWithQemu(suite, programs);
    expect(difference ?? "equal").toBe("equal");
    expect(instructions).toBeGreaterThan(100 * programs.length);
  });
});

import { describe, expect, test } from "vitest";
import { compareWithQemu } from "./compare.ts";
import { executionsInTurn } from "./executions-in-turn.ts";
import { installedQemu } from "./installed-qemu.ts";
import { privilegedModesRound } from "./privileged-modes.ts";
import type { Qemu } from "./qemu.ts";
import { seeds } from "./seeds.ts";

const qemu = installedQemu();
const reason = qemu ? "" : " (skipped: qemu-system-riscv64, Debian's qemu-system-misc, is missing)";

describe(`random programs with page tables, delegation and CSRs in all modes${reason}`, () => {
  test.skipIf(!qemu).each(seeds)("end as in QEMU, seed %i", async (seed) => {
    const { suite, programs } = privilegedModesRound(seed);
    const ways = executionsInTurn(seed);
    const comparison = compareWithQemu(qemu as Qemu, suite, programs, ways);
    const { difference, instructions } = await comparison;
    expect(difference ?? "equal").toBe("equal");
    expect(instructions).toBeGreaterThan(100 * programs.length);
  });
});

import { describe, expect, test } from "vitest";
import { addedItems } from "./added-items.ts";
import { compareWithQemu } from "./compare.ts";
import { executionsInTurn } from "./executions-in-turn.ts";
import { machineModeRound } from "./machine-mode.ts";
import { newerQemu } from "./newer-qemu.ts";
import { privilegedModesRound } from "./privileged-modes.ts";
import type { Qemu } from "./qemu.ts";
import { seeds } from "./seeds.ts";

/** Of the round's, which `npm run fuzz -- --qemu newer` runs all. */
const programsPerSeed = 500;

const qemu = newerQemu();
const skipped = typeof qemu === "string";
const reason = skipped ? ` (skipped: ${qemu})` : "";

/** What the QEMU of Debian 12 does not know is compared with that of Debian 13. */
describe.skipIf(skipped)(`against a newer QEMU${reason}`, () => {
  test.each(seeds)("programs with younger extensions end alike, seed %i", async (seed) => {
    const { suite, programs } = machineModeRound(seed, addedItems, programsPerSeed);
    const { difference } = await compareWithQemu(
      qemu as Qemu,
      suite,
      programs,
      executionsInTurn(seed),
    );
    expect(difference ?? "equal").toBe("equal");
  });

  test("programs in all modes end alike", async () => {
    const seed = seeds[0] as number;
    const { suite, programs } = privilegedModesRound(seed);
    const ways = executionsInTurn(seed);
    const { difference } = await compareWithQemu(qemu as Qemu, suite, programs, ways);
    expect(difference ?? "equal").toBe("equal");
  });
});

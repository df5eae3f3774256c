import { describe, expect, test } from "vitest";
import { randomDeviceAccesses } from "./device-accesses.ts";
import { buildDeviceImage } from "./device-image.ts";
import { type Execution, executions } from "./executions.ts";
import { installedQemu } from "./installed-qemu.ts";
import type { Qemu } from "./qemu.ts";
import { Random } from "./random.ts";
import { runInMonitor } from "./run-in-monitor.ts";
import { runInQemu } from "./run-in-qemu.ts";

const accessesPerRun = 3_000;
const qemu = installedQemu();

describe.skipIf(!qemu)("device registers (needs qemu-system-riscv64)", () => {
  test.each([1, 2, 3, 4])(
    "random accesses, seed %i, see in QEMU what they see here",
    async (seed) => {
      const accesses = randomDeviceAccesses(new Random(seed), accessesPerRun);
      const image = buildDeviceImage(accesses);
      const here = runInMonitor(image, executions[0] as Execution).console.split("\n");
      const there = (await runInQemu(qemu as Qemu, image)).split("\n");
      const first = here.findIndex((line, index) => line !== there[index]);
      const seen = accesses.filter(({ silent }) => !silent);
      expect({ first, access: seen[first], here: here[first], there: there[first] }).toEqual({
        first: -1,
        access: undefined,
        here: undefined,
        there: undefined,
      });
      expect(here.length).toBe(there.length);
      expect(here.length).toBeGreaterThan(accessesPerRun * 0.9);
    },
  );
});

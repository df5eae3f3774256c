import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ensureLinuxImage } from "../../deploy/images/linux/ensure-linux-image.ts";
import { linuxCommandLine } from "../../deploy/images/linux/linux-command-line.ts";
import { MemoryBlock } from "../../workers/host/block-memory.ts";
import { compiler } from "../../workers/host/compiler.ts";
import { nativeHash } from "../../workers/host/native-hash.ts";
import { type HeatPolicy, Monitor } from "../../workers/vmm/mod.ts";
import { eagerHeat } from "../support/eager-heat.ts";

const mebibyte = 2 ** 20;
const mostInstructions = 2e9;

/** But for what a boot does once; a translation of that costs a thousand times its execution. */
const nearlyAll: HeatPolicy = { ...eagerHeat, interval: 500, hotMarks: 16, joinArrivals: 50 };

/** Boots to the shell in a monitor that may have booted before. */
function bootLinux(monitor: Monitor, engine: "translate" | "interpret", slice: number) {
  const { kernel, initrd, disk } = ensureLinuxImage();
  let printed = "";
  const machine = monitor.createMachine(
    {
      ...{ ramBytes: 256 * mebibyte, harts: 1, time: "virtual", seed: 0, engine },
      boot: {
        firmware: "sbi",
        kernel: readFileSync(kernel),
        initrd: readFileSync(initrd),
        commandLine: linuxCommandLine,
      },
      virtio: [{ kind: "block", slot: 0, disk: "disk", readOnly: true }],
    },
    {
      console: {
        write: (byte) => {
          printed = (printed + String.fromCharCode(byte)).slice(-4);
          if (printed === "~ # ") machine.stop();
        },
      },
      disks: new Map([["disk", new MemoryBlock(readFileSync(disk))]]),
    },
  );
  let reason = machine.run(slice);
  while (reason.kind === "budget" && machine.steps < mostInstructions) reason = machine.run(slice);
  expect(reason.kind).toBe("stopped");
  const state = {
    hash: machine.stateHash(nativeHash),
    steps: machine.steps,
    exits: machine.exitCounts(),
  };
  machine.dispose();
  return state;
}

const monitorOf = (heat?: HeatPolicy) =>
  Monitor.create({ compiler, memoryBytes: 1024 * mebibyte, ...(heat && { heat }) });

test("Linux comes to its shell the same with nothing translated, nearly all of it, and what was kept", () => {
  const interpreted = bootLinux(monitorOf(), "interpret", 5_000_003);
  const eager = monitorOf(nearlyAll);
  expect(bootLinux(eager, "translate", 3_000_001)).toEqual(interpreted);
  expect(eager.translations).toMatchObject({ failed: 0 });
  expect(eager.translations.regions).toBeGreaterThan(5000);

  const usual = monitorOf();
  expect(bootLinux(usual, "translate", 7_000_001)).toEqual(interpreted);
  const { bytes } = usual.translations;
  // Once more, from the library of the same monitor, and from kept code in another one.
  expect(bootLinux(usual, "translate", 10_000_019)).toEqual(interpreted);
  expect(usual.translations.reused).toBeGreaterThan(100);
  expect(usual.translations.bytes - bytes).toBeLessThan(bytes);
  const later = monitorOf();
  later.useKeptCode(usual.keepCode());
  expect(bootLinux(later, "translate", 10_000_019)).toEqual(interpreted);
  expect(later.translations.reused).toBeGreaterThan(100);
  expect(later.translations.bytes).toBeLessThan(bytes);
});

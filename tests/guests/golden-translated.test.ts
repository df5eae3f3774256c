import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { MemoryBlock } from "../../workers/host/block-memory.ts";
import { compiler } from "../../workers/host/compiler.ts";
import { Monitor } from "../../workers/vmm/mod.ts";
import { Random } from "../differential/random.ts";
import { eagerHeat } from "../support/eager-heat.ts";
import { bareMetal, recordedConsole } from "../support/run-guest.ts";
import { elfPath, goldenPath, guests, sectorDisk } from "./guests.ts";

const mebibyte = 2 ** 20;
const mostInstructions = 20e9;

test.each(guests)("$name prints its golden text with all its code translated", (guest) => {
  const golden = readFileSync(goldenPath(guest.name), "utf8");
  const monitor = Monitor.create({ compiler, memoryBytes: 512 * mebibyte, heat: eagerHeat });
  const console = recordedConsole();
  const machine = monitor.createMachine(
    bareMetal(readFileSync(elfPath(guest.name)), {
      engine: "translate",
      ramBytes: (guest.ramMebibytes ?? 64) * mebibyte,
      harts: guest.harts ?? 1,
      virtio: guest.disk ? [{ kind: "block", slot: 0, disk: "disk", readOnly: false }] : [],
    }),
    {
      console: console.sink,
      disks: new Map(guest.disk && [["disk", new MemoryBlock(sectorDisk())]]),
    },
  );
  machine.sendConsole(new TextEncoder().encode(guest.input ?? ""));
  const random = new Random(golden.length);
  let reason = machine.run(1000);
  while (reason.kind === "budget" && machine.retired < mostInstructions) {
    if (guest.exitCode === undefined && console.text().length >= golden.length) break;
    reason = machine.run(random.chance(0.1) ? random.between(1, 200) : random.between(1, 2e6));
  }
  expect(console.text()).toBe(golden);
  if (guest.exitCode !== undefined) expect(reason).toMatchObject({ kind: "power-off" });
  expect(monitor.translations.regions).toBeGreaterThan(0);
  expect(monitor.translations.failed).toBe(0);
  machine.dispose();
});

/**
 * A Linux that works is moved while it works, in every way, and is the one that stayed at home: both
 * are clones of one that was booted.
 */

import { readFileSync } from "node:fs";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { expect, test } from "vitest";
import { ensureLinuxImage } from "../../deploy/images/linux/ensure-linux-image.ts";
import { linuxCommandLine } from "../../deploy/images/linux/linux-command-line.ts";
import { MemoryBlock } from "../../workers/host/block-memory.ts";
import { compiler } from "../../workers/host/compiler.ts";
import { nativeHash } from "../../workers/host/native-hash.ts";
import { migrationModes } from "../../workers/vmm/migration/protocol.ts";
import {
  type Compression,
  guestExits,
  type Machine,
  type MachineConfig,
  type MachineResources,
  type MigrationStatistics,
  Monitor,
} from "../../workers/vmm/mod.ts";
import { migrate } from "../support/migrate.ts";

const mebibyte = 2 ** 20;
const mostSteps = 6e9;
const monitors = [0, 1].map(() => Monitor.create({ compiler, memoryBytes: 768 * mebibyte })) as [
  Monitor,
  Monitor,
];
const compression: Compression = {
  name: "deflate",
  compress: (bytes) => deflateRawSync(bytes, { level: 1 }),
  decompress: (bytes, size) => inflateRawSync(bytes, { maxOutputLength: size }),
};

/** Writes to memory and the disk, starts processes, and reads what it wrote. */
const work = [
  "mkdir -p /tmp; i=0; while [ $i -lt 12 ]; do",
  "dd if=/dev/zero of=/tmp/w$i bs=64k count=8 2>/dev/null; echo $i | md5sum >> /tmp/sums;",
  "(echo $i; cat /proc/self/stat) > /dev/null; i=$((i+1)); done;",
  "cat /tmp/w* | md5sum; md5sum < /tmp/sums; head -c 4096 /dev/vda | md5sum; echo E''ND\n",
].join(" ");

interface Linux {
  machine: Machine;
  readonly resources: MachineResources;
  text(): string;
  /** Lets it run for so many steps. @returns whether it has said that it is done */
  run(steps: number): boolean;
}

const { kernel, initrd, disk } = ensureLinuxImage();
const diskBytes = readFileSync(disk);

/** A Linux at its shell's prompt. */
function boot(engine: "interpret" | "translate", harts: number): Machine {
  const config: MachineConfig = {
    ...{ ramBytes: 256 * mebibyte, harts, seed: 0, engine },
    time: "virtual",
    boot: {
      firmware: "sbi",
      kernel: readFileSync(kernel),
      initrd: readFileSync(initrd),
      commandLine: linuxCommandLine,
    },
    virtio: [{ kind: "block", slot: 0, disk: "disk", readOnly: true }],
  };
  let text = "";
  const write = (byte: number) => {
    text += String.fromCharCode(byte);
    if (text.endsWith("~ # ")) machine.stop();
  };
  const resources = { console: { write }, disks: new Map([["disk", new MemoryBlock(diskBytes)]]) };
  const machine = monitors[0].createMachine(config, resources);
  expect(machine.run(mostSteps).kind).toBe("stopped");
  return machine;
}

/** A clone, to which the work was typed. */
function startWork(origin: Machine): Linux {
  let text = "";
  const write = (byte: number) => {
    text += String.fromCharCode(byte);
    if (text.endsWith("\nEND")) linux.machine.stop();
  };
  const resources = { console: { write }, disks: new Map([["disk", new MemoryBlock(diskBytes)]]) };
  const linux: Linux = {
    machine: origin.fork(resources),
    resources,
    text: () => text,
    run(steps) {
      const end = linux.machine.steps + steps;
      while (linux.machine.steps < end) {
        const reason = linux.machine.run(end - linux.machine.steps);
        if (reason.kind === "budget") continue;
        expect(reason.kind).toBe("stopped");
        return true;
      }
      return false;
    },
  };
  linux.machine.sendConsole(new TextEncoder().encode(work));
  return linux;
}

function outcome({ machine, text }: Linux) {
  const { steps } = machine;
  return {
    hash: machine.stateHash(nativeHash),
    steps,
    exits: guestExits(machine.exitCounts()),
    text: text(),
  };
}

test.each([
  ["translate", 1],
  ["translate", 2],
  ["interpret", 1],
] as const)("%s, %i harts", async (engine, harts) => {
  const origin = boot(engine, harts);
  const home = startWork(origin);
  expect(home.run(mostSteps)).toBe(true);
  const expected = outcome(home);
  home.machine.dispose();

  const linux = startWork(origin);
  const atPrompt = origin.steps;
  origin.dispose();
  let here = 0;
  const statistics: MigrationStatistics[] = [];
  const places = [0.11, 0.3, 0.52, 0.71, 0.88, 0.97];
  for (const [i, place] of places.entries()) {
    const at = atPrompt + Math.floor((expected.steps - atPrompt) * place);
    linux.run(at - linux.machine.steps);
    const { source, destination, stop } = await migrate({
      ...{ machine: linux.machine, to: monitors[1 - here] as Monitor, resources: linux.resources },
      ...{ mode: migrationModes[i % 3] as "precopy", slice: () => 100_000, patience: 1e6 },
      compressions: [compression],
      destination: { compressions: [compression], patience: 1e6 },
    });
    expect(stop, "it goes on with its work meanwhile").toBeUndefined();
    expect([source.state, destination.state]).toEqual(["completed", "completed"]);
    statistics.push(source.statistics);
    linux.machine.dispose();
    linux.machine = destination.machine;
    here = 1 - here;
  }
  expect(linux.run(mostSteps)).toBe(true);
  expect(outcome(linux)).toEqual(expected);
  linux.machine.dispose();

  const [precopy, postcopy, hybrid] = statistics.slice(3) as [
    MigrationStatistics,
    MigrationStatistics,
    MigrationStatistics,
  ];
  expect(precopy.laterPages).toBe(0);
  // Pages with code go before the guest stops.
  expect(postcopy.stoppedPages).toBeLessThan(400);
  expect(postcopy.laterPages).toBeGreaterThan(hybrid.laterPages);
  for (const { kinds, sentBytes } of statistics) {
    expect(sentBytes).toBeLessThan(kinds.plain.pages * 4096);
  }
});

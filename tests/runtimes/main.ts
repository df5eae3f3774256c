/**
 * Runs guests on the monitor and prints what each left behind as one line of JSON, for a test that
 * compares runtimes: `node main.ts SLICE GUEST...`, `deno run -A main.ts SLICE GUEST...`.
 * SLICE is the number of instructions per call of `run`; the guest `linux` is the Linux image.
 */
import { readFileSync } from "node:fs";
import { linuxCommandLine } from "../../deploy/images/linux/linux-command-line.ts";
import { linuxImagePaths } from "../../deploy/images/linux/paths.ts";
import { MemoryBlock } from "../../workers/host/block-memory.ts";
import { compiler } from "../../workers/host/compiler.ts";
import {
  ConsoleScript,
  type ConsoleStep,
  type MachineConfig,
  Monitor,
} from "../../workers/vmm/mod.ts";
import { elfPath, guests, sectorDisk } from "../guests/guests.ts";

const mebibyte = 2 ** 20;
const within = 8e9;

/** What a run leaves behind; the same wherever it ran, whatever the slices. */
export interface RunReport {
  readonly guest: string;
  readonly ending: unknown;
  readonly steps: readonly unknown[];
  readonly console: string;
  readonly exits: Readonly<Record<string, number>>;
  readonly hash: string;
  readonly retired: number;
}

interface Subject {
  readonly config: MachineConfig;
  readonly disk: Uint8Array | undefined;
  readonly steps: readonly ConsoleStep[];
}

function ownGuest(name: string): Subject {
  const guest = guests.find((one) => one.name === name);
  if (!guest) throw new Error(`no guest is named ${name}`);
  const config: MachineConfig = {
    ramBytes: 64 * mebibyte,
    harts: 1,
    boot: { firmware: "none", kernel: readFileSync(elfPath(name)) },
    time: "virtual",
    seed: 1,
    virtio: guest.disk ? [{ kind: "block", slot: 0, disk: "disk", readOnly: false }] : [],
  };
  const input: ConsoleStep[] = guest.input ? [{ kind: "send", text: guest.input }] : [];
  const code = guest.exitCode ?? 0;
  const steps: ConsoleStep[] = [...input, { kind: "exit-code", code, within }];
  return { config, disk: guest.disk && sectorDisk(), steps };
}

/** Debian's kernel: boots to the shell, reads a file from the disk and powers off. */
function linux(): Subject {
  const image = linuxImagePaths();
  const boot = {
    firmware: "sbi",
    kernel: readFileSync(image.kernel),
    initrd: readFileSync(image.initrd),
    commandLine: linuxCommandLine,
  } as const;
  const config: MachineConfig = {
    ramBytes: 256 * mebibyte,
    harts: 1,
    boot,
    time: "virtual",
    seed: 42,
    virtio: [
      { kind: "block", slot: 0, disk: "disk", readOnly: true },
      { kind: "rng", slot: 1 },
    ],
  };
  const prompt: ConsoleStep = { kind: "expect", pattern: "^~ # ", within };
  const command = (text: string): ConsoleStep => ({ kind: "send", text: `${text}\n` });
  const steps: ConsoleStep[] = [
    prompt,
    command("mount -t ext2 -o ro /dev/vda /mnt && cat /mnt/message.txt && umount /mnt"),
    prompt,
    command("head -c 16 /dev/hwrng | od -x; date; uptime"),
    prompt,
    command("poweroff -f"),
    { kind: "exit-code", code: 0, within },
  ];
  return { config, disk: readFileSync(image.disk), steps };
}

function run(guest: string, slice: number): RunReport {
  const { config, disk, steps } = guest === "linux" ? linux() : ownGuest(guest);
  const monitor = Monitor.create({ compiler, memoryBytes: 512 * mebibyte });
  const script = new ConsoleScript(steps);
  let console = "";
  const write = (byte: number) => {
    console += String.fromCharCode(byte);
    script.write(byte);
  };
  const disks = new Map(disk ? [["disk", new MemoryBlock(disk)]] : []);
  const machine = monitor.createMachine(config, { console: { write }, disks });
  script.attach(machine);
  let ending = machine.run(slice);
  while (ending.kind === "budget") ending = machine.run(slice);
  if (ending.kind === "power-off") script.powerOff(ending.code);
  return {
    ...{ guest, ending, console, steps: script.reports },
    exits: machine.exitCounts(),
    hash: machine.stateHash(),
    retired: machine.retired,
  };
}

const [slice = "20000000", ...names] = process.argv.slice(2);
for (const name of names) console.log(JSON.stringify(run(name, Number(slice))));

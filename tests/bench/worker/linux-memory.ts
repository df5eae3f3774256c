import { readFileSync } from "node:fs";
import { linuxImagePaths } from "../../../deploy/images/linux/paths.ts";
import { MemoryBlock } from "../../../workers/host/block-memory.ts";
import { compiler } from "../../../workers/host/compiler.ts";
import { type Machine, Monitor } from "../../../workers/vmm/mod.ts";
import { bootToShell } from "./boot-to-shell.ts";
import { residentMebibytes } from "./resident-mebibytes.ts";

export interface LinuxMemory {
  /** MiB of the process before the first VM, with one at its shell, and what a clone of it adds. */
  readonly empty: number;
  readonly one: number;
  readonly oneMore: number;
  /** MiB of machine memory that each VM has. */
  readonly guestFrames: readonly number[];
}

/** Clones a machine and lets the clone list its files and count a while. */
function clone(origin: Machine): Machine {
  const image = linuxImagePaths();
  let printed = "";
  const machine = origin.fork({
    disks: new Map([["d0", new MemoryBlock(readFileSync(image.disk))]]),
    console: {
      write: (byte) => {
        printed += String.fromCharCode(byte);
      },
    },
  });
  machine.sendConsole(new TextEncoder().encode("ls -lR /bin /dev | wc; echo d''one\n"));
  while (!printed.includes("done")) machine.run(20_000_000);
  return machine;
}

/**
 * Boots Debian's Linux with 256 MiB to its shell, then clones it, and has the clone work a little.
 * The process should have been started with a way to collect garbage (`--expose-gc`).
 */
export async function linuxMemory(): Promise<LinuxMemory> {
  const monitor = Monitor.create({ compiler });
  const empty = await residentMebibytes();
  const first = bootToShell(monitor);
  const one = await residentMebibytes();
  const second = clone(first);
  const two = await residentMebibytes();
  const guestFrames = [first, second].map((machine) => machine.residentBytes() / 2 ** 20);
  return { empty, one, oneMore: two - one, guestFrames };
}

/** A 256 MiB Linux of ours at its shell, or at work that never ends: a dot for each piece of it. */
import { readFileSync } from "node:fs";
import { linuxCommandLine } from "../../../deploy/images/linux/linux-command-line.ts";
import { MemoryBlock } from "../../../workers/host/block-memory.ts";
import type { Machine, MachineResources, Monitor, StopReason } from "../../../workers/vmm/mod.ts";
import { makeLoadImage } from "./load-image.ts";

/** At its shell; filling 64 MiB with noise, round and round; calculating. */
export type Load = "idle" | "write" | "count";

/** Dots until all that a load touches has been touched, and its code translated. */
const warmDots = 80;
const slice = 2_000_000;

export class LoadedLinux {
  machine: Machine;
  readonly resources: MachineResources;
  dots = 0;

  private constructor(machine: Machine, resources: MachineResources) {
    this.machine = machine;
    this.resources = resources;
  }

  /** @param time as in `MachineConfig`; in host time an idle guest sleeps */
  static async boot(monitor: Monitor, load: Load, time: "virtual" | "host"): Promise<LoadedLinux> {
    const { kernel, initrd, disk } = makeLoadImage();
    let text = "";
    let linux: LoadedLinux | undefined;
    const resources = resourcesOf(readFileSync(disk), (character) => {
      text = (text + character).slice(-40);
      if (linux && character === ".") linux.dots++;
    });
    const machine = monitor.createMachine(
      {
        ...{ ramBytes: 256 * 2 ** 20, harts: 1, time, seed: 0 },
        boot: {
          firmware: "sbi",
          kernel: readFileSync(kernel),
          initrd: readFileSync(initrd),
          commandLine: linuxCommandLine,
        },
        virtio: [{ kind: "block", slot: 0, disk: "disk", readOnly: true }],
      },
      resources,
    );
    linux = new LoadedLinux(machine, resources);
    // The shell may ask its terminal something behind the prompt.
    while (!text.includes("~ # ")) await linux.run();
    linux.dots = 0;
    if (load !== "idle") {
      machine.sendConsole(new TextEncoder().encode(`linux-load ${load}\n`));
      while (linux.dots < warmDots) await linux.run();
    }
    return linux;
  }

  /** One that came from elsewhere: its resources are there before it is. */
  static arriving(): { readonly resources: MachineResources; take(machine: Machine): LoadedLinux } {
    let linux: LoadedLinux | undefined;
    const resources = resourcesOf(readFileSync(makeLoadImage().disk), (character) => {
      if (linux && character === ".") linux.dots++;
    });
    return {
      resources,
      take: (machine) => {
        linux = new LoadedLinux(machine, resources);
        return linux;
      },
    };
  }

  /** Runs a slice, or sleeps where the guest does. */
  async run(): Promise<void> {
    const stop = this.machine.run(slice);
    const wait = waitOf(this.machine, stop);
    await new Promise((resolve) => (wait > 0 ? setTimeout(resolve, wait) : setImmediate(resolve)));
  }
}

/** Milliseconds until a machine in host time has something to do again, some at the most. */
export function waitOf(machine: Machine, stop: StopReason): number {
  if (stop.kind !== "idle") return 0;
  const wakeAt = stop.wakeAt ?? Number.POSITIVE_INFINITY;
  return Math.min(10, Math.max(0, (wakeAt - machine.timers.now()) / 1e6));
}

function resourcesOf(disk: Uint8Array, say: (character: string) => void): MachineResources {
  return {
    console: { write: (byte) => say(String.fromCharCode(byte)) },
    disks: new Map([["disk", new MemoryBlock(disk)]]),
    hostNow: () => Math.floor(performance.now() * 1e6),
  };
}

/**
 * The devices of QEMU's `virt` machine and how they are wired (hw/riscv/virt.c): addresses,
 * interrupt numbers, and which lines lead to which bits of a hart's `mip`.
 */

import { Failure } from "../base/failure.ts";
import { virtioBase, virtioSlots } from "../base/memory-map.ts";
import type { Timers } from "../base/timers.ts";
import { Bus } from "../bus/bus.ts";
import type { Device } from "../bus/device.ts";
import { Clint } from "../devices/clint.ts";
import type { ConsoleSink } from "../devices/console-sink.ts";
import { GoldfishRtc } from "../devices/goldfish-rtc.ts";
import { Plic } from "../devices/plic.ts";
import { type FinisherRequest, TestFinisher } from "../devices/test-finisher.ts";
import { Uart16550 } from "../devices/uart-16550.ts";
import { EmptyVirtioSlot } from "../devices/virtio/empty-virtio-slot.ts";
import { VirtioBlock } from "../devices/virtio/virtio-block.ts";
import { VirtioConsole } from "../devices/virtio/virtio-console.ts";
import type { VirtioDevice } from "../devices/virtio/virtio-device.ts";
import { VirtioMmio } from "../devices/virtio/virtio-mmio.ts";
import { VirtioNet } from "../devices/virtio/virtio-net.ts";
import { VirtioRng } from "../devices/virtio/virtio-rng.ts";
import type { Hart } from "../hart/hart.ts";
import { interrupt } from "../hart/privilege.ts";
import type { GuestMemory } from "../memory/guest-memory.ts";
import type { MachineConfig, MachineResources, VirtioConfig } from "./config.ts";
import { macOf } from "./mac-of.ts";
import { networkOf } from "./network-of.ts";
import { diskOf } from "./validate-config.ts";

const windows = {
  finisher: [0x10_0000, 0x1000],
  rtc: [0x10_1000, 0x1000],
  clint: [0x200_0000, 0x1_0000],
  plic: [0xc00_0000, 0x60_0000],
  uart: [0x1000_0000, 0x100],
} as const;
const virtioBytes = 0x1000;
const lines = { virtio0: 1, uart: 10, rtc: 11 } as const;
const plicSources = 96;

/** Guest wall-clock time at power-on: 2026-01-01T00:00:00Z, so that a graded run is pure. */
const bootEpochNanoseconds = 1_767_225_600n * 1_000_000_000n;

export interface BoardResources {
  readonly config: MachineConfig;
  readonly resources: MachineResources;
  readonly harts: readonly Hart[];
  readonly memory: GuestMemory;
  readonly timers: Timers;
  readonly onStop: (request: FinisherRequest) => void;
  readonly onDoorbell: () => void;
  /** A hart raised a software interrupt through the CLINT. */
  readonly onInterHartInterrupt: () => void;
  /** The guest has set `mtime`. */
  readonly onTimeSet: () => void;
}

export class Board {
  readonly bus = new Bus();
  readonly uart: Uart16550;
  readonly clint: Clint;
  readonly #devices: Device<unknown>[] = [];
  #console: { receive(bytes: Uint8Array): void };
  /** Consoles with a far end of their own. */
  readonly #namedConsoles = new Map<string, VirtioConsole>();

  constructor(parts: BoardResources) {
    const { config, resources, harts, memory, timers, onStop } = parts;
    // Not `parts` itself: devices live as long as the machine, its images should not.
    const { onInterHartInterrupt } = parts;
    const isSupervisorGuest = config.boot.firmware === "sbi";

    const plic = new Plic({
      name: "plic0",
      sources: plicSources,
      contexts: 2 * harts.length,
      onContextLevel: (context, asserted) =>
        harts[context >> 1]?.setPending(
          context % 2 === 0 ? interrupt.machineExternal : interrupt.supervisorExternal,
          asserted,
        ),
    });
    this.clint = new Clint({
      name: "clint0",
      harts: harts.length,
      timers,
      setSoftware: (hart, on) => {
        harts[hart]?.setPending(interrupt.machineSoftware, on);
        if (on) onInterHartInterrupt();
      },
      setTimer: (hart, on) => harts[hart]?.setPending(interrupt.machineTimer, on),
      onTimeSet: parts.onTimeSet,
    });
    this.uart = new Uart16550({
      name: "uart0",
      irq: plic.line(lines.uart),
      console: resources.console,
    });
    this.#console = this.uart;
    const rtc = new GoldfishRtc({
      name: "rtc0",
      irq: plic.line(lines.rtc),
      timers,
      bootEpochNanoseconds,
    });

    this.#map(windows.finisher, new TestFinisher({ name: "finisher0", onStop }));
    this.#map(windows.rtc, rtc);
    // Below an SBI the CLINT is the firmware's own: an S-mode guest has no business there.
    if (isSupervisorGuest) this.#devices.push(this.clint);
    else this.#map(windows.clint, this.clint);
    this.#map(windows.plic, plic);
    this.#map(windows.uart, this.uart);
    for (let slot = 0; slot < virtioSlots; slot++) {
      const irq = plic.line(lines.virtio0 + slot);
      const plugged = config.virtio.find((device) => device.slot === slot);
      const name = `virtio${slot}`;
      const device = plugged
        ? new VirtioMmio<unknown>({
            ...{ name, irq, memory, packed: plugged.packed ?? false },
            device: this.#virtioDevice(plugged, parts),
            onNotify: parts.onDoorbell,
          })
        : new EmptyVirtioSlot({ name });
      this.#map([virtioBase + slot * virtioBytes, virtioBytes], device);
    }
  }

  /** Console input, for the UART unless a virtio console takes it, or for the console named. */
  receiveConsole(bytes: Uint8Array, name?: string): void {
    const console = name === undefined ? this.#console : this.#namedConsoles.get(name);
    console?.receive(bytes);
  }

  /** The saved state of every device by its name. */
  save(): Record<string, unknown> {
    return Object.fromEntries(this.#devices.map((device) => [device.name, device.save()]));
  }

  #map([base, bytes]: readonly [number, number], device: Device<unknown>): void {
    this.#devices.push(device);
    this.bus.map(base, bytes, device);
  }

  #virtioDevice(plugged: VirtioConfig, parts: BoardResources): VirtioDevice<unknown> {
    const { config, resources, timers } = parts;
    const name = `virtio${plugged.slot}.${plugged.kind}`;
    switch (plugged.kind) {
      case "block": {
        const backend = diskOf(plugged, resources);
        return new VirtioBlock({ name, backend, readOnly: plugged.readOnly, timers });
      }
      case "rng":
        return new VirtioRng({ seed: config.seed });
      case "net": {
        const card = config.virtio.filter(({ kind }) => kind === "net").indexOf(plugged);
        const mac = macOf(plugged, card);
        return new VirtioNet({ name, backend: networkOf(plugged, resources), mac, timers });
      }
      case "console": {
        const own = plugged.console === undefined ? undefined : consoleOf(plugged.console, parts);
        const console = new VirtioConsole({ console: own ?? resources.console });
        if (plugged.console !== undefined) this.#namedConsoles.set(plugged.console, console);
        else if (plugged.takesInput) this.#console = console;
        return console;
      }
    }
  }
}

/** Failures: `console-missing`. */
function consoleOf(name: string, { resources }: BoardResources): ConsoleSink {
  const given = resources.consoles?.get(name);
  if (given) return given;
  throw new Failure(
    "console-missing",
    `No console is called "${name}".`,
    "Name one of the consoles that were given to the machine, or none.",
  );
}

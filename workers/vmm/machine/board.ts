/**
 * The devices of QEMU's `virt` machine and how they are wired (hw/riscv/virt.c): addresses,
 * interrupt numbers, and which lines lead to which bits of a hart's `mip`.
 */

import { Failure } from "../base/failure.ts";
import { virtioBase, virtioSlots } from "../base/memory-map.ts";
import type { Timers } from "../base/timers.ts";
import { Bus } from "../bus/bus.ts";
import type { Device, InterruptLine } from "../bus/device.ts";
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
import type { Shape } from "../snapshot/shape.ts";
import { damagedSection, inSection } from "../snapshot/snapshot-problem.ts";
import type { MachineResources, VirtioConfig } from "./config.ts";
import {
  bufferShapes,
  clintShape,
  emptyShape,
  plicShape,
  rngShape,
  rtcShape,
  uartShape,
  virtioShape,
} from "./device-shapes.ts";
import { macOf } from "./mac-of.ts";
import type { MachineHardware } from "./machine-hardware.ts";
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
  readonly hardware: MachineHardware;
  readonly resources: MachineResources;
  /** What `save` gave, for a machine that is restored. */
  readonly saved: Readonly<Record<string, unknown>> | undefined;
  readonly harts: readonly Hart[];
  readonly memory: GuestMemory;
  readonly timers: Timers;
  readonly onStop: (request: FinisherRequest) => void;
  readonly onDoorbell: (device: string) => void;
  /** A hart takes over the interrupt of a device. */
  readonly onClaim: (device: string) => void;
  /** A hart raised a software interrupt through the CLINT. */
  readonly onInterHartInterrupt: () => void;
  /** The guest has set `mtime`. */
  readonly onTimeSet: () => void;
}

export class Board {
  readonly bus = new Bus();
  readonly uart: Uart16550;
  readonly clint: Clint;
  readonly #plic: Plic;
  readonly #devices: Device<unknown>[] = [];
  #console: { receive(bytes: Uint8Array): void };
  /** Consoles with a far end of their own. */
  readonly #namedConsoles = new Map<string, VirtioConsole>();

  constructor(parts: BoardResources) {
    const { hardware, resources, harts, timers, onStop, saved } = parts;
    // Not `parts` itself: devices live as long as the machine, its images should not.
    const { onInterHartInterrupt, onClaim } = parts;
    const make = <R extends { readonly name: string }, S, D>(
      type: (new (resources: R) => D) & { restore(resources: R, state: S): D },
      own: R,
      shape: Shape<S>,
    ): D =>
      saved === undefined
        ? new type(own)
        : inSection("devices", () => type.restore(own, shape(saved[own.name], own.name)));

    const plicResources = {
      name: "plic0",
      sources: plicSources,
      contexts: 2 * harts.length,
      onContextLevel: (context: number, asserted: boolean) =>
        harts[context >> 1]?.setPending(
          context % 2 === 0 ? interrupt.machineExternal : interrupt.supervisorExternal,
          asserted,
        ),
      onClaim: (source: number) => onClaim(deviceOf(source)),
    };
    const plic = make(Plic, plicResources, plicShape(plicSources, 2 * harts.length));
    this.#plic = plic;
    const clintResources = {
      name: "clint0",
      harts: harts.length,
      timers,
      setSoftware: (hart: number, on: boolean) => {
        harts[hart]?.setPending(interrupt.machineSoftware, on);
        if (on) onInterHartInterrupt();
      },
      setTimer: (hart: number, on: boolean) => harts[hart]?.setPending(interrupt.machineTimer, on),
      onTimeSet: parts.onTimeSet,
    };
    this.clint = make(Clint, clintResources, clintShape(harts.length));
    const uartResources = { name: "uart0", irq: plic.line(lines.uart), console: resources.console };
    this.uart = make(Uart16550, uartResources, uartShape);
    this.#console = this.uart;
    const rtcResources = { name: "rtc0", irq: plic.line(lines.rtc), timers, bootEpochNanoseconds };
    const rtc = make(GoldfishRtc, rtcResources, rtcShape);

    this.#map(windows.finisher, make(TestFinisher, { name: "finisher0", onStop }, emptyShape));
    this.#map(windows.rtc, rtc);
    // Below an SBI the CLINT is the firmware's own: an S-mode guest has no business there.
    if (hardware.hasSbi) this.#devices.push(this.clint);
    else this.#map(windows.clint, this.clint);
    this.#map(windows.plic, plic);
    this.#map(windows.uart, this.uart);
    for (let slot = 0; slot < virtioSlots; slot++) {
      const plugged = hardware.virtio.find((device) => device.slot === slot);
      const name = `virtio${slot}`;
      const device = plugged
        ? this.#virtioSlot(name, plugged, plic.line(lines.virtio0 + slot), parts)
        : make(EmptyVirtioSlot, { name }, emptyShape);
      this.#map([virtioBase + slot * virtioBytes, virtioBytes], device);
    }
    const stranger = Object.keys(saved ?? {}).find(
      (name) => !this.#devices.some((device) => device.name === name),
    );
    if (stranger !== undefined) {
      throw damagedSection("devices", `there is a device ${stranger}, which the machine has not`);
    }
  }

  /** Console input, for the UART unless a virtio console takes it, or for the console named. */
  receiveConsole(bytes: Uint8Array, name?: string): void {
    const console = name === undefined ? this.#console : this.#namedConsoles.get(name);
    console?.receive(bytes);
  }

  /** The device whose interrupt a hart would take over now; undefined where there is none. */
  interrupting(hart: number): string | undefined {
    // What is delivered to M-mode goes before.
    const source = this.#plic.best(2 * hart) || this.#plic.best(2 * hart + 1);
    return source === 0 ? undefined : deviceOf(source);
  }

  /** The saved state of every device by its name. */
  save(): Record<string, unknown> {
    return Object.fromEntries(this.#devices.map((device) => [device.name, device.save()]));
  }

  #map([base, bytes]: readonly [number, number], device: Device<unknown>): void {
    this.#devices.push(device);
    this.bus.map(base, bytes, device);
  }

  #virtioSlot(
    name: string,
    plugged: VirtioConfig,
    irq: InterruptLine,
    parts: BoardResources,
  ): Device<unknown> {
    const { hardware, resources, timers, memory, saved, onDoorbell } = parts;
    const shapes = bufferShapes(hardware.ramBytes);
    const device = `${name}.${plugged.kind}`;
    const build = <R, S>(
      type: (new (
        resources: R,
      ) => VirtioDevice<S>) & {
        restore(resources: R, state: S): VirtioDevice<S>;
      },
      own: R,
      queues: number,
      shape: Shape<S>,
    ): readonly [Device<unknown>, VirtioDevice<S>] => {
      const rest = { packed: plugged.packed ?? false, onNotify: () => onDoorbell(name) };
      const transport = { ...{ name, irq, memory }, ...rest };
      if (saved === undefined) {
        const made = new type(own);
        return [new VirtioMmio({ ...transport, device: made }), made];
      }
      return inSection("devices", () => {
        const state = virtioShape(queues, shape)(saved[name], name);
        const restored = type.restore(own, state.device);
        return [VirtioMmio.restore({ ...transport, device: restored }, state), restored];
      });
    };
    switch (plugged.kind) {
      case "block": {
        const backend = diskOf(plugged, resources);
        const own = { name: device, backend, readOnly: plugged.readOnly, timers };
        return build(VirtioBlock, own, 1, shapes.block)[0];
      }
      case "rng":
        return build(VirtioRng, { seed: hardware.seed }, 1, rngShape)[0];
      case "net": {
        const card = hardware.virtio.filter(({ kind }) => kind === "net").indexOf(plugged);
        const mac = macOf(plugged, card);
        const own = { name: device, backend: networkOf(plugged, resources), mac, timers };
        return build(VirtioNet, own, 2, shapes.net)[0];
      }
      case "console": {
        const far = plugged.console === undefined ? undefined : consoleOf(plugged.console, parts);
        const own = { console: far ?? resources.console };
        const [slot, made] = build(VirtioConsole, own, 2, shapes.console);
        const console = made as VirtioConsole;
        if (plugged.console !== undefined) this.#namedConsoles.set(plugged.console, console);
        else if (plugged.takesInput) this.#console = console;
        return slot;
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

/** The device at the end of a line. */
function deviceOf(source: number): string {
  if (source === lines.uart) return "uart0";
  if (source === lines.rtc) return "rtc0";
  return `virtio${source - lines.virtio0}`;
}

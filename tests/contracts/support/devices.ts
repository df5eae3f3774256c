import type { Device } from "../../../workers/vmm/bus/device.ts";
import { Clint } from "../../../workers/vmm/devices/clint.ts";
import { GoldfishRtc } from "../../../workers/vmm/devices/goldfish-rtc.ts";
import { Loopback } from "../../../workers/vmm/devices/network/loopback.ts";
import { Plic } from "../../../workers/vmm/devices/plic.ts";
import { TestFinisher } from "../../../workers/vmm/devices/test-finisher.ts";
import { Uart16550 } from "../../../workers/vmm/devices/uart-16550.ts";
import { EmptyVirtioSlot } from "../../../workers/vmm/devices/virtio/empty-virtio-slot.ts";
import { VirtioBlock } from "../../../workers/vmm/devices/virtio/virtio-block.ts";
import { VirtioConsole } from "../../../workers/vmm/devices/virtio/virtio-console.ts";
import { VirtioMmio } from "../../../workers/vmm/devices/virtio/virtio-mmio.ts";
import { VirtioNet } from "../../../workers/vmm/devices/virtio/virtio-net.ts";
import { VirtioRng } from "../../../workers/vmm/devices/virtio/virtio-rng.ts";
import type { FlatMemory } from "./flat-memory.ts";
import type { ManualClock } from "./manual-clock.ts";
import { MemoryDisk } from "./memory-disk.ts";

/** What a device under test is attached to; `seen` gets everything that it says to the outside. */
export interface Surroundings {
  readonly clock: ManualClock;
  readonly memory: FlatMemory;
  readonly seen: string[];
}

/** One implementation of the device contract: how to make it, new or from a saved state. */
export interface DeviceUnderTest {
  readonly name: string;
  /** Size of its window on the bus. */
  readonly bytes: number;
  /** Offsets at which something is, so that random accesses find it. */
  readonly offsets: readonly number[];
  readonly make: (surroundings: Surroundings) => Device<unknown>;
  readonly restore: (surroundings: Surroundings, state: unknown) => Device<unknown>;
}

const registers32 = (count: number, base = 0) =>
  Array.from({ length: count }, (_, index) => base + 4 * index);
const virtioOffsets = registers32(0x120 / 4);

/** Every device of the machine. A new one gets its contract tests by a row here. */
export const devices: readonly DeviceUnderTest[] = [
  define("uart", 0x100, registers32(2).concat([1, 2, 3, 5, 6, 7]), uartResources, {
    make: (resources) => new Uart16550(resources),
    restore: Uart16550.restore,
  }),
  define(
    "plic",
    0x60_0000,
    [4, 40, 0x1000, 0x2000, 0x2004, 0x2080, 0x20_0000, 0x20_0004, 0x20_1000, 0x20_1004],
    plicResources,
    { make: (resources) => new Plic(resources), restore: Plic.restore },
  ),
  define("clint", 0x1_0000, [0, 4, 0x4000, 0x4004, 0x400c, 0xbff8, 0xbffc], clintResources, {
    make: (resources) => new Clint(resources),
    restore: Clint.restore,
  }),
  define("rtc", 0x1000, registers32(9), rtcResources, {
    make: (resources) => new GoldfishRtc(resources),
    restore: GoldfishRtc.restore,
  }),
  define("test finisher", 0x1000, [0], finisherResources, {
    make: (resources) => new TestFinisher(resources),
    restore: TestFinisher.restore,
  }),
  define("empty virtio slot", 0x1000, virtioOffsets, () => ({ name: "empty" }), {
    make: (resources) => new EmptyVirtioSlot(resources),
    restore: EmptyVirtioSlot.restore,
  }),
  define("virtio rng", 0x1000, virtioOffsets, (surroundings: Surroundings) => surroundings, {
    make: (surroundings) =>
      new VirtioMmio({ ...virtioResources(surroundings), device: new VirtioRng({ seed: 1 }) }),
    restore: (surroundings, state) => {
      const device = VirtioRng.restore({ seed: 1 }, state.device);
      return VirtioMmio.restore({ ...virtioResources(surroundings), device }, state);
    },
  }),
  define("virtio block", 0x1000, virtioOffsets, (surroundings: Surroundings) => surroundings, {
    make: (surroundings) => {
      const device = new VirtioBlock(blockResources(surroundings));
      return new VirtioMmio({ ...virtioResources(surroundings), device });
    },
    restore: (surroundings, state) => {
      const device = VirtioBlock.restore(blockResources(surroundings), state.device);
      return VirtioMmio.restore({ ...virtioResources(surroundings), device }, state);
    },
  }),
  define(
    "virtio block packed",
    0x1000,
    virtioOffsets,
    (surroundings: Surroundings) => surroundings,
    {
      make: (surroundings) => {
        const device = new VirtioBlock(blockResources(surroundings));
        return new VirtioMmio({ ...virtioResources(surroundings), packed: true, device });
      },
      restore: (surroundings, state) => {
        const device = VirtioBlock.restore(blockResources(surroundings), state.device);
        return VirtioMmio.restore(
          { ...virtioResources(surroundings), packed: true, device },
          state,
        );
      },
    },
  ),
  define("virtio net", 0x1000, virtioOffsets, (surroundings: Surroundings) => surroundings, {
    make: (surroundings) => {
      const device = new VirtioNet(netResources(surroundings));
      return new VirtioMmio({ ...virtioResources(surroundings), device });
    },
    restore: (surroundings, state) => {
      const device = VirtioNet.restore(netResources(surroundings), state.device);
      return VirtioMmio.restore({ ...virtioResources(surroundings), device }, state);
    },
  }),
  define("virtio console", 0x1000, virtioOffsets, (surroundings: Surroundings) => surroundings, {
    make: (surroundings) => {
      const device = new VirtioConsole(consoleResources(surroundings));
      return new VirtioMmio({ ...virtioResources(surroundings), device });
    },
    restore: (surroundings, state) => {
      const device = VirtioConsole.restore(consoleResources(surroundings), state.device);
      return VirtioMmio.restore({ ...virtioResources(surroundings), device }, state);
    },
  }),
];

/** Ties a device to its own state's type, which the list of all devices cannot say. */
function define<Resources, State>(
  name: string,
  bytes: number,
  offsets: readonly number[],
  resourcesOf: (surroundings: Surroundings) => Resources,
  way: {
    readonly make: (resources: Resources) => Device<State>;
    readonly restore: (resources: Resources, state: State) => Device<State>;
  },
): DeviceUnderTest {
  return {
    name,
    bytes,
    offsets,
    make: (surroundings) => way.make(resourcesOf(surroundings)),
    restore: (surroundings, state) => way.restore(resourcesOf(surroundings), state as State),
  };
}

function lineOf({ seen }: Surroundings) {
  return { setLevel: (asserted: boolean) => seen.push(`irq ${asserted}`) };
}

function uartResources(surroundings: Surroundings) {
  const console = { write: (byte: number) => surroundings.seen.push(`sent ${byte}`) };
  return { name: "uart0", irq: lineOf(surroundings), console };
}

function plicResources({ seen }: Surroundings) {
  const onContextLevel = (context: number, level: boolean) => seen.push(`${context} ${level}`);
  return { name: "plic", sources: 96, contexts: 2, onContextLevel };
}

function clintResources({ clock, seen }: Surroundings) {
  return {
    name: "clint",
    harts: 2,
    timers: clock.timers,
    setSoftware: (hart: number, level: boolean) => seen.push(`software ${hart} ${level}`),
    setTimer: (hart: number, level: boolean) => seen.push(`timer ${hart} ${level}`),
  };
}

function rtcResources(surroundings: Surroundings) {
  return {
    name: "rtc",
    irq: lineOf(surroundings),
    timers: surroundings.clock.timers,
    bootEpochNanoseconds: 1_700_000_000_000_000_000n,
  };
}

function finisherResources({ seen }: Surroundings) {
  return { name: "test", onStop: (request: unknown) => seen.push(JSON.stringify(request)) };
}

function virtioResources(surroundings: Surroundings) {
  return { name: "virtio0", irq: lineOf(surroundings), memory: surroundings.memory };
}

function blockResources({ clock }: Surroundings) {
  const backend = new MemoryDisk(64 * 512);
  return { name: "disk0", backend, readOnly: false, timers: clock.timers };
}

function netResources({ clock }: Surroundings) {
  const mac = Uint8Array.of(0x52, 0x54, 0, 0x12, 0x34, 0x56);
  return { name: "net0", backend: new Loopback(), mac, timers: clock.timers };
}

function consoleResources({ seen }: Surroundings) {
  return { console: { write: (byte: number) => seen.push(`printed ${byte}`) } };
}

import { ramBase, virtioBase, virtioSlots } from "../base/memory-map.ts";
import type { Bytes, GuestPhysicalAddress } from "../base/units.ts";
import { counterEvent } from "../hart/event-counters.ts";
import { eventCounters, firstEventCounter } from "../isa/hart-layout.ts";
import {
  type DeviceTreeNode,
  type DeviceTreeValue,
  writeDeviceTree,
} from "./device-tree-writer.ts";

/** What a guest is told about its machine. */
export interface DeviceTreeOptions {
  readonly ramBytes: Bytes;
  readonly harts: number;
  /** The ISA string, e.g. `rv64imafdc_zicsr_zifencei`. */
  readonly isa: string;
  /** The largest paging mode, e.g. `riscv,sv39`. */
  readonly mmuType: string;
  readonly commandLine?: string;
  readonly initrd?: { readonly start: GuestPhysicalAddress; readonly end: GuestPhysicalAddress };
  /** 32 bytes for the kernel's entropy pool. */
  readonly rngSeed: Uint8Array;
}

const cacheBlockBytes = 64;
const interrupt = { virtio0: 1, uart: 10, rtc: 11 } as const;
/** Interrupt numbers of a hart's own controller: bits of `mip`. */
const cause = { machineSoftware: 3, machineTimer: 7, supervisorExternal: 9, machineExternal: 11 };

/**
 * The flattened device tree of the machine, with the nodes, names and order that QEMU 7.2's `virt`
 * gives to what both have. The order matters: Linux numbers the disks by it, highest slot first.
 */
export function buildDeviceTree(options: DeviceTreeOptions): Uint8Array {
  const handles = assignHandles(options.harts);
  return writeDeviceTree({
    name: "",
    properties: {
      "#address-cells": [2],
      "#size-cells": [2],
      compatible: "riscv-virtio",
      model: "riscv-virtio,qemu",
    },
    children: [
      counters(),
      chosen(options),
      syscon("poweroff", 0x5555, handles.test),
      syscon("reboot", 0x7777, handles.test),
      {
        name: "memory@80000000",
        properties: {
          device_type: "memory",
          reg: [...cells64(ramBase), ...cells64(options.ramBytes)],
        },
      },
      cpus(options, handles),
      soc(handles),
    ],
  });
}

interface Handles {
  readonly harts: readonly { readonly cpu: number; readonly controller: number }[];
  readonly plic: number;
  readonly test: number;
}

function assignHandles(harts: number): Handles {
  const perHart = Array.from({ length: harts }, (_, hart) => ({
    cpu: 2 * hart + 1,
    controller: 2 * hart + 2,
  }));
  return { harts: perHart, plic: 2 * harts + 1, test: 2 * harts + 2 };
}

function chosen(options: DeviceTreeOptions): DeviceTreeNode {
  const properties: Record<string, DeviceTreeValue> = {};
  if (options.initrd !== undefined) {
    properties["linux,initrd-end"] = cells64(options.initrd.end);
    properties["linux,initrd-start"] = cells64(options.initrd.start);
  }
  if (options.commandLine !== undefined) {
    properties.bootargs = options.commandLine;
  }
  properties["rng-seed"] = options.rngSeed;
  properties["stdout-path"] = "/soc/serial@10000000";
  return { name: "chosen", properties };
}

/** Linux powers off and reboots by writing `value` through the register map of the test finisher. */
function syscon(name: string, value: number, test: number): DeviceTreeNode {
  return {
    name,
    properties: { value: [value], offset: [0], regmap: [test], compatible: `syscon-${name}` },
  };
}

function cpus(options: DeviceTreeOptions, handles: Handles): DeviceTreeNode {
  const nodes = handles.harts.map(({ cpu, controller }, hart) => ({
    name: `cpu@${hart.toString(16)}`,
    properties: {
      phandle: [cpu],
      device_type: "cpu",
      reg: [hart],
      status: "okay",
      compatible: "riscv",
      "riscv,isa": options.isa,
      "riscv,isa-base": "rv64i",
      "riscv,isa-extensions": extensionsOf(options.isa),
      "riscv,cbom-block-size": [cacheBlockBytes],
      "riscv,cbop-block-size": [cacheBlockBytes],
      "riscv,cboz-block-size": [cacheBlockBytes],
      "mmu-type": options.mmuType,
    },
    children: [
      {
        name: "interrupt-controller",
        properties: {
          "#interrupt-cells": [1],
          "interrupt-controller": true as const,
          compatible: "riscv,cpu-intc",
          phandle: [controller],
        },
      },
    ],
  }));
  const cores = handles.harts.map(({ cpu }, hart) => ({
    name: `core${hart}`,
    properties: { cpu: [cpu] },
  }));
  const map = { name: "cpu-map", properties: {}, children: [group("cluster0", cores)] };
  return {
    name: "cpus",
    properties: { "#address-cells": [1], "#size-cells": [0], "timebase-frequency": [10_000_000] },
    children: [...nodes, map],
  };
}

/** Tells OpenSBI which counters can count what (its `docs/pmu_support.md`). */
function counters(): DeviceTreeNode {
  const programmable = ((1 << eventCounters) - 1) << firstEventCounter;
  const { cycles, instructions } = counterEvent;
  const fixed = [
    [Number(cycles), 1 << 0],
    [Number(instructions), 1 << 2],
  ] as const;
  const rows = fixed.flatMap(([event, counter]) => [event, event, programmable | counter]);
  return {
    name: "pmu",
    properties: { "riscv,event-to-mhpmcounters": rows, compatible: "riscv,pmu" },
  };
}

/** `rv64imac_zicsr` → `i`, `m`, `a`, `c`, `zicsr`. */
function extensionsOf(isa: string): string[] {
  const [letters = "", ...names] = isa.replace(/^rv64/, "").split("_");
  return [...letters, ...names];
}

function group(name: string, children: readonly DeviceTreeNode[]): DeviceTreeNode {
  return { name, properties: {}, children };
}

function soc(handles: Handles): DeviceTreeNode {
  const wired = (number: number) => ({ interrupts: [number], "interrupt-parent": [handles.plic] });
  const toHarts = (...causes: readonly number[]) =>
    handles.harts.flatMap(({ controller }) => causes.flatMap((number) => [controller, number]));
  const virtio = Array.from({ length: virtioSlots }, (_, slot) =>
    device("virtio_mmio", virtioBase + slot * 0x1000, 0x1000, {
      ...wired(interrupt.virtio0 + slot),
      compatible: "virtio,mmio",
    }),
  );
  return {
    name: "soc",
    properties: {
      "#address-cells": [2],
      "#size-cells": [2],
      compatible: "simple-bus",
      ranges: true,
    },
    children: [
      device("rtc", 0x10_1000, 0x1000, {
        ...wired(interrupt.rtc),
        compatible: "google,goldfish-rtc",
      }),
      device("serial", 0x1000_0000, 0x100, {
        ...wired(interrupt.uart),
        "clock-frequency": [3_686_400],
        compatible: "ns16550a",
      }),
      device("test", 0x10_0000, 0x1000, {
        phandle: [handles.test],
        compatible: ["sifive,test1", "sifive,test0", "syscon"],
      }),
      ...virtio.reverse(),
      device("plic", 0xc00_0000, 0x60_0000, {
        phandle: [handles.plic],
        "riscv,ndev": [95],
        "interrupts-extended": toHarts(cause.machineExternal, cause.supervisorExternal),
        "interrupt-controller": true,
        compatible: ["sifive,plic-1.0.0", "riscv,plic0"],
        "#address-cells": [0],
        "#interrupt-cells": [1],
      }),
      device("clint", 0x200_0000, 0x1_0000, {
        "interrupts-extended": toHarts(cause.machineSoftware, cause.machineTimer),
        compatible: ["sifive,clint0", "riscv,clint0"],
      }),
    ],
  };
}

function device(
  kind: string,
  base: GuestPhysicalAddress,
  bytes: Bytes,
  properties: Readonly<Record<string, DeviceTreeValue>>,
): DeviceTreeNode {
  return {
    name: `${kind}@${base.toString(16)}`,
    properties: { reg: [...cells64(base), ...cells64(bytes)], ...properties },
  };
}

function cells64(value: number): [number, number] {
  return [Math.floor(value / 2 ** 32), value >>> 0];
}

import { describe, expect, test } from "vitest";
import { readFlattenedTree } from "../../../tests/contracts/support/flattened-tree.ts";
import { buildDeviceTree, type DeviceTreeOptions } from "./device-tree.ts";

const options: DeviceTreeOptions = {
  ramBytes: 0x1_8000_0000,
  harts: 2,
  isa: "rv64imafdc_zicsr_zifencei",
  mmuType: "riscv,sv39",
  commandLine: "console=ttyS0",
  initrd: { start: 0x8820_0000, end: 0x8820_1234 },
  rngSeed: Uint8Array.from({ length: 32 }, (_, index) => index),
};

describe("buildDeviceTree", () => {
  test("tells where memory and devices are, as QEMU's virt does", () => {
    const tree = treeOf(options);
    expect(tree.cells("/memory@80000000:reg")).toEqual([0, 0x8000_0000, 1, 0x8000_0000]);
    expect(tree.cells("/soc/serial@10000000:reg")).toEqual([0, 0x1000_0000, 0, 0x100]);
    expect(tree.cells("/soc/serial@10000000:interrupts")).toEqual([10]);
    expect(tree.cells("/soc/rtc@101000:interrupts")).toEqual([11]);
    expect(tree.cells("/soc/plic@c000000:reg")).toEqual([0, 0xc00_0000, 0, 0x60_0000]);
    expect(tree.cells("/soc/clint@2000000:reg")).toEqual([0, 0x200_0000, 0, 0x1_0000]);
    for (let slot = 0; slot < 8; slot++) {
      expect(tree.cells(`/soc/virtio_mmio@1000${slot + 1}000:interrupts`)).toEqual([slot + 1]);
    }
  });

  test("numbers virtio slots from the highest address, as Linux under QEMU sees them", () => {
    const slots = [...treeOf(options).properties.keys()].filter((path) =>
      /virtio_mmio@.*:reg$/.test(path),
    );
    expect(slots).toHaveLength(8);
    expect(slots).toEqual(slots.toSorted().reverse());
  });

  test("wires the interrupt controllers to M- and S-mode of each hart", () => {
    const tree = treeOf(options);
    const controllers = [0, 1].map((hart) =>
      tree.cells(`/cpus/cpu@${hart}/interrupt-controller:phandle`).at(0),
    );
    const [first, second] = controllers;
    expect(new Set(controllers).size).toBe(2);
    expect(tree.cells("/soc/plic@c000000:interrupts-extended")).toEqual([
      first,
      11,
      first,
      9,
      second,
      11,
      second,
      9,
    ]);
    expect(tree.cells("/soc/clint@2000000:interrupts-extended")).toEqual([
      first,
      3,
      first,
      7,
      second,
      3,
      second,
      7,
    ]);
  });

  test("powers off and reboots through the test finisher", () => {
    const tree = treeOf(options);
    const finisher = tree.cells("/soc/test@100000:phandle");
    expect(tree.cells("/poweroff:regmap")).toEqual(finisher);
    expect(tree.cells("/poweroff:value")).toEqual([0x5555]);
    expect(tree.cells("/reboot:regmap")).toEqual(finisher);
    expect(tree.cells("/reboot:value")).toEqual([0x7777]);
  });

  test("tells the kernel what it was started with", () => {
    const tree = treeOf(options);
    expect(tree.text("/chosen:bootargs")).toBe("console=ttyS0");
    expect(tree.text("/chosen:stdout-path")).toBe("/soc/serial@10000000");
    expect(tree.cells("/chosen:linux,initrd-start")).toEqual([0, 0x8820_0000]);
    expect(tree.cells("/chosen:linux,initrd-end")).toEqual([0, 0x8820_1234]);
    expect(tree.properties.get("/chosen:rng-seed")).toEqual(options.rngSeed);
    expect(tree.text("/cpus/cpu@1:riscv,isa")).toBe(options.isa);
    expect(tree.text("/cpus/cpu@1:mmu-type")).toBe(options.mmuType);
    expect(tree.cells("/cpus:timebase-frequency")).toEqual([10_000_000]);
  });

  test("names the extensions of the ISA string one by one", () => {
    const tree = treeOf({ ...options, isa: "rv64imac_zba_zicsr" });
    expect(tree.text("/cpus/cpu@0:riscv,isa-base")).toBe("rv64i");
    const names = tree.text("/cpus/cpu@0:riscv,isa-extensions").split("\0");
    expect(names).toEqual(["i", "m", "a", "c", "zba", "zicsr"]);
    expect(tree.cells("/cpus/cpu@0:riscv,cboz-block-size")).toEqual([64]);
  });

  test("tells which counters can count cycles and instructions, fixed ones and the sixteen", () => {
    const tree = treeOf(options);
    expect(tree.text("/pmu:compatible")).toBe("riscv,pmu");
    expect(tree.cells("/pmu:riscv,event-to-mhpmcounters")).toEqual([
      ...[1, 1, 0x7fff9],
      ...[2, 2, 0x7fffc],
    ]);
  });

  test("leaves out what there is not", () => {
    const { ramBytes, harts, isa, mmuType, rngSeed } = options;
    const { properties } = treeOf({ ramBytes, harts, isa, mmuType, rngSeed });
    expect([...properties.keys()].filter((path) => /bootargs|initrd/.test(path))).toEqual([]);
  });
});

function treeOf(given: DeviceTreeOptions) {
  const properties = readFlattenedTree(buildDeviceTree(given));
  const cells = (path: string) => {
    const bytes = properties.get(path) ?? new Uint8Array(0);
    const view = new DataView(bytes.buffer);
    return Array.from({ length: bytes.length / 4 }, (_, index) => view.getUint32(4 * index));
  };
  const text = (path: string) => String.fromCharCode(...(properties.get(path) ?? [])).slice(0, -1);
  return { properties, cells, text };
}

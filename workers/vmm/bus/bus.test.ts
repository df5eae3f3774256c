import { describe, expect, test } from "vitest";
import { Bus } from "./bus.ts";
import type { Device } from "./device.ts";

describe("Bus", () => {
  test("a device sees offsets into its own window", () => {
    const device = recorder("a");
    const bus = busWith([0x1000, 0x100, device]);
    expect(bus.read(0x1010, 2)).toBe(0x10);
    expect(bus.write(0x10fc, 4, 7)).toBe(true);
    expect(device.writes).toEqual([[0xfc, 4, 7]]);
  });

  test("an address outside of every window is unmapped", () => {
    const bus = busWith([0x1000, 0x100, recorder("a")], [0x3000, 0x100, recorder("b")]);
    for (const address of [0, 0xfff, 0x1100, 0x2fff, 0x3100, 2 ** 40, Number.MAX_VALUE]) {
      expect(bus.read(address, 1)).toBeUndefined();
      expect(bus.write(address, 1, 0)).toBe(false);
      expect(bus.lookup(address)).toBeUndefined();
    }
  });

  test("an access that crosses the end of a window is unmapped", () => {
    const device = recorder("a");
    const bus = busWith([0x1000, 0x100, device], [0x1100, 0x100, recorder("b")]);
    expect(bus.read(0x10fe, 4)).toBeUndefined();
    expect(bus.write(0x10ff, 2, 0)).toBe(false);
    expect(device.writes).toEqual([]);
  });

  test("finds the window whatever the order of mapping and of accesses", () => {
    const names = ["a", "b", "c", "d", "e"];
    const windows = names.map((name, index) => [index * 0x1000, 0x800, recorder(name)] as const);
    const bus = busWith(...windows.toReversed());
    for (const index of [3, 3, 0, 4, 1, 2, 0]) {
      expect(bus.lookup(index * 0x1000 + 0x7ff)?.device.name).toBe(names[index]);
    }
    expect(bus.windows.map((window) => window.device.name)).toEqual(names);
  });

  test("refuses windows that overlap", () => {
    const bus = busWith([0x1000, 0x100, recorder("a")]);
    expect(() => bus.map(0x10ff, 1, recorder("b"))).toThrow(/b overlaps that of a/);
    expect(() => bus.map(0, 0x2000, recorder("c"))).toThrow(RangeError);
  });
});

type Recorder = Device<null> & { readonly writes: number[][] };

function recorder(name: string): Recorder {
  const writes: number[][] = [];
  return {
    name,
    writes,
    read: (offset) => offset,
    write: (...access) => writes.push(access),
    reset() {},
    save: () => null,
  };
}

function busWith(...windows: readonly (readonly [number, number, Device<unknown>])[]): Bus {
  const bus = new Bus();
  for (const [base, bytes, device] of windows) {
    bus.map(base, bytes, device);
  }
  return bus;
}

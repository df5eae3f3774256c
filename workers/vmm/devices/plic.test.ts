import { describe, expect, test } from "vitest";
import { Plic } from "./plic.ts";

const machine = 0;
const supervisor = 1;

describe("Plic", () => {
  test("interrupts a context while a source is pending, enabled and above the threshold", () => {
    const plic = makePlic();
    plic.setPriority(10, 1);
    plic.raise(10);
    expect(plic.levels).toEqual([false, false]);
    plic.enable(supervisor, 10);
    expect(plic.levels).toEqual([false, true]);
    plic.setThreshold(supervisor, 1);
    expect(plic.levels).toEqual([false, false]);
    plic.setThreshold(supervisor, 0);
    expect(plic.levels).toEqual([false, true]);
  });

  test("a claim takes the highest priority first, then the lowest number", () => {
    const plic = makePlic();
    for (const [source, priority] of [
      [3, 2],
      [40, 7],
      [8, 2],
      [95, 7],
    ] as const) {
      plic.setPriority(source, priority);
      plic.enable(machine, source);
      plic.raise(source);
    }
    expect([1, 2, 3, 4, 5].map(() => plic.claim(machine))).toEqual([40, 95, 3, 8, 0]);
  });

  test("a source of priority 0 never interrupts", () => {
    const plic = makePlic();
    plic.enable(machine, 10);
    plic.raise(10);
    expect(plic.levels).toEqual([false, false]);
    expect(plic.claim(machine)).toBe(0);
  });

  test("one context's claim takes the interrupt from all", () => {
    const plic = makePlic();
    plic.setPriority(10, 1);
    plic.enable(machine, 10);
    plic.enable(supervisor, 10);
    plic.raise(10);
    expect(plic.levels).toEqual([true, true]);
    expect(plic.claim(supervisor)).toBe(10);
    expect(plic.levels).toEqual([false, false]);
    expect(plic.claim(machine)).toBe(0);
  });

  test("a source raised while claimed interrupts again after completion", () => {
    const plic = makePlic();
    plic.setPriority(10, 1);
    plic.enable(machine, 10);
    plic.raise(10);
    plic.claim(machine);
    plic.raise(10);
    expect(plic.levels).toEqual([false, false]);
    plic.complete(machine, 10);
    expect(plic.levels).toEqual([true, false]);
  });

  test("completion alone does not interrupt again, even if the level stayed high", () => {
    const plic = makePlic();
    plic.setPriority(10, 1);
    plic.enable(machine, 10);
    plic.raise(10);
    plic.claim(machine);
    plic.complete(machine, 10);
    expect(plic.levels).toEqual([false, false]);
  });

  test("a pending interrupt stays when its source takes the level back", () => {
    const plic = makePlic();
    plic.setPriority(10, 1);
    plic.enable(machine, 10);
    plic.raise(10);
    plic.device.line(10).setLevel(false);
    expect(plic.device.read(0x1000, 4)).toBe(1 << 10);
    expect(plic.claim(machine)).toBe(10);
  });

  test("tells a hart only when its level changes", () => {
    const plic = makePlic();
    plic.setPriority(10, 1);
    plic.enable(machine, 10);
    plic.raise(10);
    plic.raise(10);
    plic.raise(10);
    expect(plic.changes).toEqual([[machine, true]]);
  });

  test("priorities and thresholds keep three bits, source 0 has none, pending is read-only", () => {
    const { device } = makePlic();
    for (const offset of [0, 4, 4 * 95, 4 * 96, 0x1000, 0x20_0000, 0x20_1000]) {
      device.write(offset, 4, 0xffff_ffff);
    }
    const offsets = [0, 4, 4 * 95, 4 * 96, 0x1000, 0x20_0000, 0x20_1000];
    expect(offsets.map((offset) => device.read(offset, 4))).toEqual([0, 7, 7, 0, 0, 7, 7]);
  });

  test("has no contexts but its own", () => {
    const { device } = makePlic();
    device.write(0x2100, 4, 0xffff_ffff);
    expect(device.read(0x2100, 4)).toBe(0);
    expect(device.read(0x20_2004, 4)).toBe(0);
  });

  test("refuses a line of a source that it does not have", () => {
    const { device } = makePlic();
    expect(() => device.line(0)).toThrow(RangeError);
    expect(() => device.line(96)).toThrow(RangeError);
  });
});

function makePlic() {
  const levels = [false, false];
  const changes: [number, boolean][] = [];
  const device = new Plic({
    name: "plic",
    sources: 96,
    contexts: 2,
    onContextLevel: (context, asserted) => {
      levels[context] = asserted;
      changes.push([context, asserted]);
    },
  });
  return {
    device,
    levels,
    changes,
    setPriority: (source: number, priority: number) => device.write(4 * source, 4, priority),
    setThreshold: (context: number, value: number) =>
      device.write(0x20_0000 + 0x1000 * context, 4, value),
    enable: (context: number, source: number) => {
      const offset = 0x2000 + 0x80 * context + 4 * (source >>> 5);
      device.write(offset, 4, (device.read(offset, 4) | (1 << (source & 31))) >>> 0);
    },
    raise: (source: number) => device.line(source).setLevel(true),
    claim: (context: number) => device.read(0x20_0004 + 0x1000 * context, 4),
    complete: (context: number, source: number) =>
      device.write(0x20_0004 + 0x1000 * context, 4, source),
  };
}

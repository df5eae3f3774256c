import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AccessWidth, Device } from "../../workers/vmm/bus/device.ts";
import { type DeviceUnderTest, devices, type Surroundings } from "./support/devices.ts";
import { FlatMemory } from "./support/flat-memory.ts";
import { ManualClock } from "./support/manual-clock.ts";

/**
 * What every device of the machine promises: the contract of `Device`, run over all of them.
 */
type Step =
  | { readonly kind: "read"; readonly offset: number; readonly width: AccessWidth }
  | {
      readonly kind: "write";
      readonly offset: number;
      readonly width: AccessWidth;
      readonly value: number;
    }
  | { readonly kind: "wait"; readonly nanoseconds: number };

describe.each(devices)("$name", (subject) => {
  const width = fc.constantFrom<AccessWidth>(1, 2, 4);
  const offset = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...subject.offsets) },
    { weight: 1, arbitrary: fc.nat(subject.bytes - 4) },
  );
  const value = fc.oneof(
    fc.nat(16),
    fc.integer({ min: 0, max: 0xffff_ffff }),
    fc.integer({ min: 0x8000_0000, max: 0x8000_4000 }),
  );
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("read" as const), offset, width }) },
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant("write" as const), offset, width, value }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant("wait" as const), nanoseconds: fc.nat(50_000) }),
    },
  );
  const steps = fc.array(step, { maxLength: 60 });

  test("reads unsigned values of the access' width and never throws", () => {
    fc.assert(
      fc.property(steps, (all) => {
        const { device, surroundings } = start(subject);
        for (const [at, result] of perform(device, surroundings, all).entries()) {
          const access = all[at];
          const limit = access?.kind === "read" ? 2 ** (8 * access.width) : 1;
          expect(Number.isInteger(result) && result >= 0 && result < limit).toBe(true);
        }
      }),
    );
  });

  test("after any history, a reset device equals a new one", () => {
    fc.assert(
      fc.property(steps, (all) => {
        const { device, surroundings } = start(subject);
        perform(device, surroundings, all);
        device.reset();
        expect(device.save()).toEqual(start(subject).device.save());
      }),
    );
  });

  test("a restored device has the state saved, and goes on as the original does", () => {
    fc.assert(
      fc.property(steps, steps, (before, after) => {
        const { device, surroundings } = start(subject);
        perform(device, surroundings, before);
        const state = structuredClone(device.save());
        const twin = surroundingsLike(surroundings);
        const restored = subject.restore(twin, structuredClone(state));
        expect(restored.save()).toEqual(state);
        expect(twin.seen).toEqual([]);

        surroundings.seen.length = 0;
        const original = perform(device, surroundings, after);
        expect(perform(restored, twin, after)).toEqual(original);
        expect(twin.seen).toEqual(surroundings.seen);
        expect(restored.save()).toEqual(device.save());
      }),
    );
  });

  test("a saved state is plain data that later accesses do not change", () => {
    fc.assert(
      fc.property(steps, steps, (before, after) => {
        const { device, surroundings } = start(subject);
        perform(device, surroundings, before);
        const state = device.save();
        const copy = structuredClone(state);
        perform(device, surroundings, after);
        expect(state).toEqual(copy);
      }),
    );
  });

  test("an offset where nothing is reads 0 and takes writes without effect", () => {
    const { device } = start(subject);
    const nothing = subject.bytes - 4;
    const before = device.save();
    for (const accessWidth of [1, 2, 4] as const) {
      device.write(nothing, accessWidth, 0xff);
      expect(device.read(nothing, accessWidth)).toBe(0);
    }
    expect(device.save()).toEqual(before);
  });
});

function start(subject: DeviceUnderTest): { device: Device<unknown>; surroundings: Surroundings } {
  const surroundings = { clock: new ManualClock(), memory: new FlatMemory(), seen: [] };
  prepareRings(surroundings.memory);
  return { device: subject.make(surroundings), surroundings };
}

/** Rings of nonsense at the addresses that random writes are likely to name. */
function prepareRings(memory: FlatMemory): void {
  const view = memory.view(memory.base, 0x5000);
  for (let offset = 0; offset < 0x5000; offset += 2) {
    view.setUint16(offset, (offset * 0x9e37) >>> 8, true);
  }
}

function surroundingsLike(original: Surroundings): Surroundings {
  const clock = new ManualClock();
  clock.advanceTo(original.clock.timers.now());
  const memory = new FlatMemory(original.memory.bytes);
  const content = new Uint8Array(original.memory.bytes);
  original.memory.read(original.memory.base, content);
  memory.write(memory.base, content);
  return { clock, memory, seen: [] };
}

/** What each step read; 0 for the others. */
function perform(device: Device<unknown>, { clock }: Surroundings, steps: readonly Step[]) {
  const results: number[] = [];
  for (const step of steps) {
    if (step.kind === "read") {
      results.push(device.read(step.offset, step.width));
      continue;
    }
    if (step.kind === "write") {
      device.write(step.offset, step.width, step.value);
    } else {
      clock.advance(step.nanoseconds);
    }
    results.push(0);
  }
  return results;
}

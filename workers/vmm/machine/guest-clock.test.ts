import fc from "fast-check";
import { expect, test } from "vitest";
import { compiler } from "../../host/compiler.ts";
import { Hart } from "../hart/hart.ts";
import { smallestMemoryBytes } from "../memory/layout.ts";
import { MachineMemory } from "../memory/machine-memory.ts";
import { GuestClock } from "./guest-clock.ts";

const memory = new MachineMemory(compiler.createMemory(smallestMemoryBytes));
const hart = new Hart(memory, 0);
const other = new Hart(memory, 1);

type Action = { readonly kind: "grant" | "execute" | "limit" | "skip"; readonly amount: number };
const actions: fc.Arbitrary<Action[]> = fc.array(
  fc.record({
    kind: fc.constantFrom("grant" as const, "execute" as const, "limit" as const, "skip" as const),
    amount: fc.nat(2 ** 20),
  }),
);

test("steps are what was executed, and time is steps plus what was skipped, whatever was granted", () => {
  fc.assert(
    fc.property(actions, (sequence) => {
      const clock = new GuestClock([hart, other], undefined);
      let executed = 0;
      let skipped = 0;
      for (const { kind, amount } of sequence) {
        const budget = hart.get("budget");
        if (kind === "grant") clock.grant(hart, amount);
        if (kind === "limit") clock.limitTo(clock.now + amount);
        if (kind === "execute") {
          const steps = Math.min(amount, budget);
          hart.set("budget", budget - steps);
          executed += steps;
        }
        if (kind === "skip") {
          clock.skipTo(clock.now + amount);
          skipped += amount;
        }
        expect(clock.steps).toBe(executed);
        expect(clock.now).toBe(executed + skipped);
        // What generated code reads the time and the step counter from.
        expect(Number(hart.wide("clockEnd")) - hart.get("budget")).toBe(clock.now);
        expect(Number(hart.wide("stepsEnd")) - hart.get("budget")).toBe(clock.steps);
      }
    }),
  );
});

test("time never goes backwards", () => {
  const clock = new GuestClock([hart, other], undefined);
  clock.skipTo(1000);
  clock.skipTo(10);
  expect(clock.now).toBe(1000);
});

test("a deadline in the past leaves no budget", () => {
  const clock = new GuestClock([hart, other], undefined);
  clock.skipTo(1000);
  clock.grant(hart, 50);
  clock.limitTo(900);
  expect([hart.get("budget"), clock.now]).toEqual([0, 1000]);
});

test("in host time the clock follows the host, from 0 on", () => {
  let host = 7_000;
  const clock = new GuestClock([hart, other], () => host);
  expect([clock.isVirtual, clock.now]).toEqual([false, 0]);
  host += 250.75;
  clock.followHost();
  expect([clock.now, clock.steps]).toEqual([250, 0]);
});

test("each hart counts its own steps, and time counts those of all", () => {
  const clock = new GuestClock([hart, other], undefined);
  clock.grant(hart, 100);
  hart.set("budget", 40);
  clock.grant(other, 1000);
  other.set("budget", 700);
  clock.settle();
  expect([clock.steps, clock.now]).toEqual([360, 360]);
  expect([hart.wide("stepsEnd"), other.wide("stepsEnd")]).toEqual([60n, 300n]);
  expect([hart.get("budget"), other.get("budget")]).toEqual([0, 0]);
});

test("in host time a restored clock goes on from where it was saved, however long that is ago", () => {
  let host = 5_000;
  const clock = new GuestClock([hart, other], () => host);
  host += 700;
  clock.followHost();
  const state = clock.save();
  expect(state.now).toBe(700);

  let later = 9_000_000_000;
  const restored = new GuestClock([hart, other], () => later);
  restored.restore(state);
  restored.followHost();
  expect(restored.now).toBe(700);
  later += 50;
  restored.followHost();
  expect(restored.now).toBe(750);
});

test("a clock whose steps cannot be its harts' is refused", () => {
  const clock = new GuestClock([hart, other], undefined);
  const state = { now: 10, steps: 3, ownSteps: [1, 2] };
  clock.restore(state);
  expect(clock.save()).toEqual(state);
  expect(() => clock.restore({ ...state, ownSteps: [3] })).toThrow(RangeError);
  expect(() => clock.restore({ ...state, ownSteps: [1, 1] })).toThrow(RangeError);
  expect(() => clock.restore({ ...state, now: 2 })).toThrow(RangeError);
});

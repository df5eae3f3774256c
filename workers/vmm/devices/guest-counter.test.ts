import fc from "fast-check";
import { expect, test } from "vitest";
import type { Timers } from "../base/timers.ts";
import { GuestCounter } from "./guest-counter.ts";

const word = fc.integer({ min: 0, max: 0xffff_ffff });
const time = fc.maxSafeNat();
const period = fc.constantFrom(1, 100);

test("counts as a 64-bit integer would, from any offset", () => {
  fc.assert(
    fc.property(time, period, word, word, (now, tick, offsetLow, offsetHigh) => {
      const counter = counterAt(() => now, tick, { offsetLow, offsetHigh });
      const expected = BigInt.asUintN(64, BigInt(now) / BigInt(tick) + join(offsetLow, offsetHigh));
      expect(join(counter.low, counter.high)).toBe(expected);
    }),
  );
});

test("goes on from what is written", () => {
  fc.assert(
    fc.property(time, time, period, word, word, (a, b, tick, low, high) => {
      let now = Math.min(a, b);
      const counter = counterAt(() => now, tick);
      const before = BigInt(now) / BigInt(tick);
      counter.set(low, high);
      expect(join(counter.low, counter.high)).toBe(join(low, high));
      now = Math.max(a, b);
      const passed = BigInt(now) / BigInt(tick) - before;
      expect(join(counter.low, counter.high)).toBe(BigInt.asUintN(64, join(low, high) + passed));
    }),
  );
});

test("has reached a value exactly from its deadline on", () => {
  fc.assert(
    fc.property(fc.nat(2 ** 40), period, fc.nat(2 ** 40), (start, tick, ahead) => {
      let now = start;
      const counter = counterAt(() => now, tick, { offsetLow: 0xffff_ff00, offsetHigh: 7 });
      const target = join(counter.low, counter.high) + BigInt(ahead);
      const low = Number(BigInt.asUintN(32, target));
      const high = Number(target >> 32n);
      const deadline = counter.deadlineOf(low, high);
      now = Math.max(start, deadline);
      expect(counter.hasReached(low, high)).toBe(true);
      if (deadline - 1 >= start) {
        now = deadline - 1;
        expect(counter.hasReached(low, high)).toBe(false);
      }
    }),
  );
});

test("a value beyond all reachable time has no deadline", () => {
  const counter = counterAt(() => 0, 100);
  expect(counter.deadlineOf(0xffff_ffff, 0xffff_ffff)).toBe(Number.POSITIVE_INFINITY);
  expect(counter.hasReached(0xffff_ffff, 0xffff_ffff)).toBe(false);
});

function counterAt(now: () => number, tick: number, state = { offsetLow: 0, offsetHigh: 0 }) {
  const timers: Timers = {
    now,
    alarm: () => {
      throw new Error("a counter sets no alarms");
    },
  };
  return new GuestCounter(timers, tick, state);
}

function join(low: number, high: number): bigint {
  return (BigInt(high) << 32n) | BigInt(low);
}

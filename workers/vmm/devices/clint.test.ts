import { describe, expect, test } from "vitest";
import { ManualClock } from "../../../tests/contracts/support/manual-clock.ts";
import { Clint } from "./clint.ts";

const compare = 0x4000;
const time = 0xbff8;

describe("Clint", () => {
  test("mtime counts in steps of 100 ns", () => {
    const { clint, clock } = makeClint();
    clock.advanceTo(12_399);
    expect(clint.read(time, 4)).toBe(123);
    clock.advanceTo(2 ** 32 * 100 + 700);
    expect([clint.read(time, 4), clint.read(time + 4, 4)]).toEqual([7, 1]);
    expect([clint.timeLow, clint.timeHigh]).toEqual([7, 1]);
  });

  test("the timer interrupt is up from power-on, because mtimecmp is 0", () => {
    const { clock, timer } = makeClint();
    clock.advanceTo(0);
    expect(timer).toEqual([true, true]);
  });

  test("raises the timer interrupt at the tick of mtimecmp and lowers it when that moves on", () => {
    const { clint, clock, timer } = makeClint();
    clint.setCompare(0, 50, 0);
    expect(timer[0]).toBe(false);
    clock.advanceTo(4_999);
    expect(timer[0]).toBe(false);
    clock.advanceTo(5_000);
    expect(timer[0]).toBe(true);
    clint.write(compare, 4, 60);
    expect(timer[0]).toBe(false);
    clock.advanceTo(6_000);
    expect(timer).toEqual([true, true]);
  });

  test("each hart has its own comparator, in two halves", () => {
    const { clint, clock, timer } = makeClint();
    clock.advanceTo(100);
    clint.write(compare + 12, 4, 1);
    clint.write(compare + 8, 4, 5);
    expect([clint.read(compare + 8, 4), clint.read(compare + 12, 4)]).toEqual([5, 1]);
    expect(timer).toEqual([true, false]);
    clock.advanceTo(2 ** 32 * 100 + 500);
    expect(timer).toEqual([true, true]);
  });

  test("a comparator of all ones is never reached", () => {
    const { clint, clock, timer } = makeClint();
    clint.setCompare(0, 0xffff_ffff, 0xffff_ffff);
    clock.advanceTo(Number.MAX_SAFE_INTEGER);
    expect(timer[0]).toBe(false);
  });

  test("writing mtime moves the comparators' deadlines", () => {
    const { clint, clock, timer } = makeClint();
    clint.setCompare(0, 1_000, 0);
    clint.write(time, 4, 990);
    expect(clint.read(time, 4)).toBe(990);
    clock.advance(999);
    expect(timer[0]).toBe(false);
    clock.advance(1);
    expect(timer[0]).toBe(true);
    clint.write(time, 4, 0);
    expect(timer[0]).toBe(false);
  });

  test("msip raises and lowers the software interrupt of its hart", () => {
    const { clint, software } = makeClint();
    clint.write(4, 4, 0xffff_ffff);
    expect(software).toEqual([false, true]);
    expect(clint.read(4, 4)).toBe(1);
    clint.write(4, 4, 0xffff_fffe);
    expect(software).toEqual([false, false]);
  });
});

function makeClint() {
  const clock = new ManualClock();
  const software = [false, false];
  const timer = [false, false];
  const clint = new Clint({
    name: "clint",
    harts: 2,
    timers: clock.timers,
    setSoftware: (hart, asserted) => {
      software[hart] = asserted;
    },
    setTimer: (hart, asserted) => {
      timer[hart] = asserted;
    },
  });
  return { clint, clock, software, timer };
}

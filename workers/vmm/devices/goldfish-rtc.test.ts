import { describe, expect, test } from "vitest";
import { ManualClock } from "../../../tests/contracts/support/manual-clock.ts";
import { Wire } from "../../../tests/contracts/support/wire.ts";
import { GoldfishRtc } from "./goldfish-rtc.ts";

const epoch = 1_700_000_000_000_000_000n;

describe("GoldfishRtc", () => {
  test("tells nanoseconds since 1970, which go on with guest time", () => {
    const { rtc, clock } = makeRtc();
    expect(readTime(rtc)).toBe(epoch);
    clock.advance(5_000_000_000);
    expect(readTime(rtc)).toBe(epoch + 5_000_000_000n);
  });

  test("the upper half belongs to the lower half that was read last", () => {
    const { rtc, clock } = makeRtc();
    const low = rtc.read(0, 4);
    clock.advance(2 ** 33);
    expect((BigInt(rtc.read(4, 4)) << 32n) | BigInt(low)).toBe(epoch);
  });

  test("time can be set", () => {
    const { rtc, clock } = makeRtc();
    rtc.write(4, 4, 1);
    rtc.write(0, 4, 0xffff_fff0);
    clock.advance(0x20);
    expect(readTime(rtc)).toBe(0x2_0000_0010n);
  });

  test("an alarm interrupts at its time, if enabled, until it is cleared", () => {
    const { rtc, clock, wire } = makeRtc();
    setAlarm(rtc, epoch + 1_000n);
    rtc.write(0x10, 4, 1);
    expect(rtc.read(0x18, 4)).toBe(1);
    clock.advance(999);
    expect(wire.level).toBe(false);
    clock.advance(1);
    expect(wire.level).toBe(true);
    expect(rtc.read(0x18, 4)).toBe(0);
    rtc.write(0x1c, 4, 1);
    expect(wire.level).toBe(false);
  });

  test("an alarm in the past rings at once, a cleared one never", () => {
    const { rtc, clock, wire } = makeRtc();
    rtc.write(0x10, 4, 1);
    setAlarm(rtc, epoch + 1_000n);
    rtc.write(0x14, 4, 1);
    clock.advance(2_000);
    expect(wire.level).toBe(false);
    setAlarm(rtc, epoch);
    expect(wire.level).toBe(true);
  });

  test("an interrupt that is not enabled waits for it", () => {
    const { rtc, wire } = makeRtc();
    setAlarm(rtc, 0n);
    expect(wire.level).toBe(false);
    rtc.write(0x10, 4, 1);
    expect(wire.level).toBe(true);
  });

  test("an alarm beyond all reachable time runs, but does not keep the machine waiting for it", () => {
    const { rtc, clock } = makeRtc();
    setAlarm(rtc, 2n ** 64n - 1n);
    expect(rtc.read(0x18, 4)).toBe(1);
    expect(clock.timers.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
  });
});

function makeRtc() {
  const clock = new ManualClock();
  const wire = new Wire();
  const rtc = new GoldfishRtc({
    name: "rtc",
    irq: wire,
    timers: clock.timers,
    bootEpochNanoseconds: epoch,
  });
  return { rtc, clock, wire };
}

function readTime(rtc: GoldfishRtc): bigint {
  const low = BigInt(rtc.read(0, 4));
  return (BigInt(rtc.read(4, 4)) << 32n) | low;
}

function setAlarm(rtc: GoldfishRtc, time: bigint): void {
  rtc.write(0xc, 4, Number(time >> 32n));
  rtc.write(0x8, 4, Number(BigInt.asUintN(32, time)));
}

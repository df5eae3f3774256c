import { describe, expect, test } from "vitest";
import { Pace } from "./pace.ts";

describe("Pace", () => {
  test.each([
    ["a fast machine", 400_000],
    ["a slow machine", 2_000],
  ])("slices of %s take about 15 ms after a few calls", (_name, perMillisecond) => {
    const pace = new Pace();
    for (let call = 0; call < 10; call += 1) {
      pace.learn(pace.slice, pace.slice / perMillisecond);
    }
    expect(pace.slice / perMillisecond).toBeCloseTo(15, 0);
  });

  test("a slice stays within its bounds whatever the clock says", () => {
    const pace = new Pace();
    pace.learn(1_000_000, 1e9);
    expect(pace.slice).toBe(10_000);
    for (let call = 0; call < 40; call += 1) {
      pace.learn(pace.slice, 0);
    }
    expect(pace.slice).toBe(200_000_000);
  });
});

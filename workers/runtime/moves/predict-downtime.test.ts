import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MoveRate } from "./move-rate.ts";
import { predictDowntime } from "./predict-downtime.ts";

describe("predictDowntime", () => {
  test("is the last few pages of a guest that writes little, and all of one that writes faster than is sent", () => {
    const guest = { residentPages: 10_000, dirtyPagesPerSecond: 100 };
    // A tenth of a second for all of it, in which it writes ten pages.
    const rate = { pagesPerSecond: 1e5, least: 7 };
    expect(predictDowntime(guest, rate)).toBe(71e5);
    expect(predictDowntime({ ...guest, dirtyPagesPerSecond: 2e5 }, rate)).toBe(107e6);
    expect(predictDowntime({ residentPages: 10_000 }, rate)).toBeUndefined();
  });

  test("is never longer than all of the guest takes", () => {
    const pages = fc.nat(1e7);
    const rates = fc.integer({ min: 1, max: 1e7 });
    fc.assert(
      fc.property(pages, pages, rates, (residentPages, dirtyPagesPerSecond, pagesPerSecond) => {
        const guest = { residentPages, dirtyPagesPerSecond };
        const downtime = predictDowntime(guest, { pagesPerSecond, least: 0 }) as number;
        expect(downtime).toBeGreaterThanOrEqual(0);
        expect(downtime).toBeLessThanOrEqual(Math.ceil((residentPages / pagesPerSecond) * 1e9));
      }),
    );
  });
});

describe("MoveRate", () => {
  test("is what moves have shown, the latest most, and a usual one before the first", () => {
    const rate = new MoveRate();
    expect(rate.pagesPerSecond).toBe(400e6 / 4096);
    rate.learn({});
    rate.learn({ passes: [{ pages: 100, duration: 1 }] });
    expect(rate.pagesPerSecond, "a few pages say nothing").toBe(400e6 / 4096);
    const passes = [
      { pages: 9000, duration: 90 },
      { pages: 1000, duration: 10 },
    ];
    rate.learn({ passes });
    expect(rate.pagesPerSecond).toBe(100_000);
    rate.learn({ passes: [{ pages: 10_000, duration: 400 }] });
    expect(rate.pagesPerSecond).toBeCloseTo(15_000 / 0.45);
  });

  test("knows how long guests stood still beside what was sent then", () => {
    const rate = new MoveRate();
    const passes = [{ pages: 10_000, duration: 100 }];
    expect(rate.least).toBe(10);
    rate.learn({ passes, downtime: 15, stoppedPages: 300 });
    expect(rate.least).toBeCloseTo(12);
    rate.learn({ passes, downtime: 6, stoppedPages: 300 });
    expect(rate.least).toBeCloseTo((12 + 2 * 3) / 3);
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MoveRate } from "./move-rate.ts";
import { predictDowntime } from "./predict-downtime.ts";

describe("predictDowntime", () => {
  test("is the last few pages of a guest that writes little, and all of one that writes faster than is sent", () => {
    const guest = { residentPages: 10_000, dirtyPagesPerSecond: 100 };
    // A tenth of a second for all of it, in which it writes ten pages.
    expect(predictDowntime(guest, 1e5)).toBe(1e5);
    expect(predictDowntime({ ...guest, dirtyPagesPerSecond: 2e5 }, 1e5)).toBe(1e8);
    expect(predictDowntime({ residentPages: 10_000 }, 1e5)).toBeUndefined();
  });

  test("is never longer than all of the guest takes", () => {
    const pages = fc.nat(1e7);
    const rates = fc.integer({ min: 1, max: 1e7 });
    fc.assert(
      fc.property(pages, pages, rates, (residentPages, dirtyPagesPerSecond, rate) => {
        const downtime = predictDowntime({ residentPages, dirtyPagesPerSecond }, rate) as number;
        expect(downtime).toBeGreaterThanOrEqual(0);
        expect(downtime).toBeLessThanOrEqual(Math.ceil((residentPages / rate) * 1e9));
      }),
    );
  });
});

describe("MoveRate", () => {
  test("is what moves have shown, the latest most, and a usual one before the first", () => {
    const rate = new MoveRate();
    expect(rate.pagesPerSecond).toBe(400e6 / 4096);
    rate.learn([]);
    rate.learn([{ pages: 100, duration: 1 }]);
    expect(rate.pagesPerSecond, "a few pages say nothing").toBe(400e6 / 4096);
    rate.learn([
      { pages: 9000, duration: 90 },
      { pages: 1000, duration: 10 },
    ]);
    expect(rate.pagesPerSecond).toBe(100_000);
    rate.learn([{ pages: 10_000, duration: 400 }]);
    expect(rate.pagesPerSecond).toBeCloseTo(15_000 / 0.45);
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { geometricMean, median, speedRatio, spread } from "./samples.ts";

const times = fc.array(fc.double({ min: 0.001, max: 1e6, noNaN: true }), { minLength: 1 });

describe("median", () => {
  test("is the value in the middle, whatever the order", () => {
    expect(median([9, 1, 5])).toBe(5);
  });

  test("is the mean of the two in the middle of an even number", () => {
    expect(median([10, 1, 2, 4])).toBe(3);
  });

  test("orders by size, not by spelling", () => {
    expect(median([100, 20, 3])).toBe(20);
  });

  test("has at most half of the values on either side", () => {
    fc.assert(
      fc.property(times, (values) => {
        const middle = median(values);
        expect(values.filter((value) => value < middle).length * 2).toBeLessThanOrEqual(
          values.length,
        );
        expect(values.filter((value) => value > middle).length * 2).toBeLessThanOrEqual(
          values.length,
        );
      }),
    );
  });

  test("of no values is an error", () => {
    expect(() => median([])).toThrow(RangeError);
  });
});

describe("speedRatio", () => {
  test("is above one where ours takes less time", () => {
    expect(speedRatio([2], [5])).toBe(2.5);
  });

  test("compares within a pair, so that a slow phase of the machine cancels out", () => {
    expect(speedRatio([1, 10, 1], [2, 20, 2])).toBe(2);
  });

  test("is one for equal times", () => {
    fc.assert(
      fc.property(times, (values) => {
        expect(speedRatio(values, values)).toBe(1);
      }),
    );
  });
});

describe("spread", () => {
  test("is zero where all values agree", () => {
    expect(spread([3, 3, 3])).toBe(0);
  });

  test("is a part of the median", () => {
    expect(spread([9, 10, 11])).toBeCloseTo(0.1);
  });
});

describe("geometricMean", () => {
  test("of a ratio and its inverse is one", () => {
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 1000, noNaN: true }), (ratio) => {
        expect(geometricMean([ratio, 1 / ratio])).toBeCloseTo(1, 9);
      }),
    );
  });

  test("lies between the smallest and the largest value", () => {
    fc.assert(
      fc.property(times, (values) => {
        const mean = geometricMean(values);
        expect(mean).toBeGreaterThanOrEqual(Math.min(...values) * (1 - 1e-9));
        expect(mean).toBeLessThanOrEqual(Math.max(...values) * (1 + 1e-9));
      }),
    );
  });

  test.each([[[]], [[1, 0]], [[1, -2]], [[Number.NaN]]])("of %j is an error", (values) => {
    expect(() => geometricMean(values)).toThrow(RangeError);
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LogHistogram } from "./log-histogram.ts";

const values = fc.array(fc.double({ min: 0, max: 2 ** 43, noNaN: true }), { minLength: 1 });

function of(list: readonly number[], weight = 1): LogHistogram {
  const histogram = new LogHistogram();
  for (const value of list) histogram.record(value, weight);
  return histogram;
}

describe("LogHistogram", () => {
  test("knows every quantile to one part in sixteen", () => {
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (list, share) => {
        const sorted = [...list].sort((a, b) => a - b);
        const rank = Math.max(0, Math.ceil(share * sorted.length) - 1);
        const exact = sorted[rank] as number;
        expect(Math.abs(of(list).quantile(share) - exact)).toBeLessThanOrEqual(1 + exact / 16);
      }),
    );
  });

  test("sums, counts, least and most are exact", () => {
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 1000 }), (list, weight) => {
        const histogram = of(list, weight);
        const sum = list.reduce((total, value) => total + value, 0);
        expect(histogram.count).toBe(list.length * weight);
        expect(histogram.samples).toBe(list.length);
        expect(histogram.sum).toBeCloseTo(sum * weight, -8);
        expect([histogram.least, histogram.most]).toEqual([Math.min(...list), Math.max(...list)]);
      }),
    );
  });

  test("parts that are added are the whole, also as plain data", () => {
    fc.assert(
      fc.property(values, values, (first, second) => {
        const sum = of(first);
        sum.add(JSON.parse(JSON.stringify(of(second).save())));
        const { sum: total, ...rest } = of([...first, ...second]).save();
        const { sum: added, ...others } = sum.save();
        expect(others).toEqual(rest);
        expect(added / Math.max(1, total)).toBeCloseTo(Math.min(1, total), 6);
      }),
    );
  });

  test("buckets follow each other without a gap, and hold what they say", () => {
    const histogram = of(Array.from({ length: 3000 }, (_, i) => i));
    const filled = [...histogram.filled()];
    for (const [i, { from, to, count }] of filled.entries()) {
      expect(from).toBe(filled[i - 1]?.to ?? 0);
      if (to <= 3000) expect(count).toBe(to - from);
    }
  });

  test("has nothing to say where nothing was recorded", () => {
    const empty = new LogHistogram();
    expect([empty.count, empty.mean, empty.least, empty.most, empty.quantile(0.5)]).toEqual([
      0, 0, 0, 0, 0,
    ]);
    const other = of([5]);
    other.add(empty.save());
    expect(other.least).toBe(5);
  });

  test("takes what is too long for any bucket, or less than nothing", () => {
    const histogram = of([2 ** 60, -3]);
    expect(histogram.most).toBe(2 ** 60);
    expect(histogram.least).toBe(0);
  });

  test.each([
    { counts: [[-1, 1]] },
    { counts: [[1e9, 1]] },
    { counts: [[0, Number.NaN]] },
    { sum: -1 },
    { samples: Number.POSITIVE_INFINITY },
  ])("refuses what is no state of one: %o", (change) => {
    const state = { ...of([1]).save(), ...change } as ReturnType<LogHistogram["save"]>;
    expect(() => LogHistogram.from(state)).toThrow(RangeError);
  });
});

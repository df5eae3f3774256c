import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LogHistogram, type LogHistogramState, noExitTimes } from "../vmm/mod.ts";
import { exitReportOf } from "./exit-report-of.ts";

const spent = { running: 1e9, idle: 0, waiting: 5, paused: 0, driver: 7 };

/** The report of a run with these durations of one category. */
function reportOf(durations: readonly number[], weight = 1) {
  const histogram = new LogHistogram();
  for (const duration of durations) histogram.record(duration, weight);
  const times = { ...noExitTimes, byCategory: { csr: histogram.save() } };
  return exitReportOf({ instructions: 1, counts: { csr: 3 }, times, spent });
}

describe("exitReportOf", () => {
  test("gives few buckets without gaps that hold all that was seen", () => {
    const durations = fc.array(fc.double({ min: 0, max: 2 ** 43, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(durations, (values) => {
        const buckets = reportOf(values, 8).rows[0]?.time?.buckets ?? [];
        const [first, ...others] = buckets;
        expect(buckets.length).toBeLessThanOrEqual(64);
        expect(first?.[1]).toBe(0);
        expect(first?.[0]).toBeLessThanOrEqual(Math.min(...values));
        expect(buckets.at(-1)?.[0]).toBeGreaterThan(Math.max(...values));
        for (const [i, [bound]] of others.entries()) {
          expect(bound).toBeGreaterThan(buckets[i]?.[0] ?? 0);
        }
        expect(others.reduce((sum, [, count]) => sum + count, 0)).toBe(8 * values.length);
      }),
    );
  });

  test("splits the time in guest and monitor, which never is more than there was", () => {
    expect(reportOf([1000, 3000]).time).toMatchObject({ guest: 1e9 - 4000, monitor: 4000 });
    expect(reportOf([5e9]).time).toMatchObject({ guest: 0, monitor: 1e9, waiting: 5, driver: 7 });
  });

  test("says of no run that its exits took longer than it did", () => {
    const seen = [8e8, 1e8, 3e8].map((duration, i) => {
      const histogram = new LogHistogram();
      histogram.record(duration, 2 ** i);
      return histogram.save();
    });
    const [csr, wfi, budget] = seen as [LogHistogramState, LogHistogramState, LogHistogramState];
    const times = { ...noExitTimes, byCategory: { csr, wfi, budget } };
    const counts = { csr: 1, wfi: 2, budget: 4 };
    const { rows, time } = exitReportOf({ ...{ instructions: 1, counts, times, spent } });
    expect(time).toMatchObject({ guest: 0, monitor: 1e9 });
    const totals = rows.map((row) => row.time?.total ?? 0);
    expect(totals.reduce((sum, total) => sum + total)).toBeCloseTo(1e9, 0);
    expect((totals[0] as number) / (totals[1] as number)).toBeCloseTo(4);
    expect(rows[0]?.time).toMatchObject({ min: 8e8, max: 8e8, samples: 1 });
  });

  test("puts the most frequent parts first, and many together", () => {
    const names = Array.from({ length: 40 }, (_, i) => [`part ${i}`, i] as const);
    const parts = { csr: Object.fromEntries(names) };
    const report = exitReportOf({
      ...{ instructions: 1, counts: { csr: 780 }, parts, times: noExitTimes, spent },
    });
    const told = report.rows[0]?.parts ?? [];
    expect(told[0]).toEqual({ name: "part 39", count: 39 });
    expect(told).toHaveLength(33);
    expect(told.at(-1)).toEqual({ name: "others", count: 1 + 2 + 3 + 4 + 5 + 6 + 7 });
    expect(told.reduce((sum, { count }) => sum + count, 0)).toBe(780);
  });

  test("gives parts the times that add up to their category's, also of those that are together", () => {
    const whole = new LogHistogram();
    const names = Array.from({ length: 40 }, (_, i) => {
      const part = new LogHistogram();
      part.record(1000 * i, 3);
      whole.record(1000 * i, 3);
      return [`part ${i}`, part.save()] as const;
    });
    const byPart = { csr: Object.fromEntries(names) };
    const times = { ...noExitTimes, byCategory: { csr: whole.save() }, byPart };
    const parts = { csr: Object.fromEntries(names.map(([name], i) => [name, i])) };
    const report = exitReportOf({
      ...{ instructions: 1, counts: { csr: 780 }, parts, times, spent },
    });
    const [row] = report.rows;
    const told = row?.parts ?? [];
    expect(told[0]).toMatchObject({ name: "part 39", time: { total: 117_000, samples: 1 } });
    expect(told.at(-1)).toMatchObject({ name: "others", count: 28, time: { samples: 8 } });
    expect(told.reduce((sum, { time }) => sum + (time?.total ?? 0), 0)).toBe(row?.time?.total);
  });
});
